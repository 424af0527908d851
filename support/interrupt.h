// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and kill leave no temporary behind.
#pragma once

#include <functional>
#include <list>
#include <mutex>

namespace trireme {

// Call once, before the program starts a thread. From then on SIGINT, SIGTERM and SIGHUP first run every
// OnInterrupt there is and then end the program as usual. A thread that waits for the signals runs them,
// because almost nothing that removes a folder may be called from a signal handler.
void clean_up_on_interrupt();

// While it lives, `clean` runs if the program is interrupted. It must not throw.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> clean);
  ~OnInterrupt();
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;

 private:
  std::list<std::function<void()>>::iterator entry_;
};

// Held over steps that must all happen or none: an interrupt waits for its release.
std::unique_lock<std::recursive_mutex> hold_interrupts();

}  // namespace trireme
