// SPDX-License-Identifier: Apache-2.0
#include "support/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <thread>
#include <utility>

namespace trireme {

namespace {

struct Registry {
  std::recursive_mutex mutex;  // recursive: an OnInterrupt may end where interrupts are held
  std::list<std::function<void()>> entries;
};

// Never destroyed: a signal may come while the program is on its way out.
Registry& registry() {
  static Registry& only = *new Registry;
  return only;
}

// nohup, and a shell that starts a job in the background, want some signals ignored.
bool ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// The parent sees the signal, not an exit code: a shell's loop stops at Ctrl-C.
[[noreturn]] void end_by(int number) {
  ::signal(number, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  ::raise(number);
  ::_exit(128 + number);
}

void wait_for(const sigset_t& signals) {
  int number = 0;
  if (::sigwait(&signals, &number) != 0) return;
  registry().mutex.lock();  // for good: nothing is put in its place any more
  for (const auto& clean : registry().entries) clean();
  end_by(number);
}

}  // namespace

void clean_up_on_interrupt() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (!ignored(number)) sigaddset(&signals, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // inherited by every thread that starts later
  std::thread(wait_for, signals).detach();
}

OnInterrupt::OnInterrupt(std::function<void()> clean) {
  const auto held = hold_interrupts();
  entry_ = registry().entries.insert(registry().entries.end(), std::move(clean));
}

OnInterrupt::~OnInterrupt() {
  const auto held = hold_interrupts();
  registry().entries.erase(entry_);
}

std::unique_lock<std::recursive_mutex> hold_interrupts() {
  return std::unique_lock<std::recursive_mutex>(registry().mutex);
}

}  // namespace trireme
