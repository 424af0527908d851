// SPDX-License-Identifier: Apache-2.0
// Each test interrupts a process of its own.
#include "support/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using Names = std::set<std::string>;

// The child says when it is ready; its wait status.
template <typename Work>
int interrupted(int number, Work work) {
  int ready[2] = {};
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    clean_up_on_interrupt();
    work([&] {
      EXPECT_EQ(::write(ready[1], "r", 1), 1);
      for (;;) ::pause();
    });
    ::_exit(0);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(::kill(child, number), 0);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  ::close(ready[0]);
  ::close(ready[1]);
  return status;
}

TEST(Interrupt, LeavesNoTemporaryFolder) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    const TempFolder folder;
    const int status = interrupted(number, [&](const auto& wait) {
      AtomicFolder output(folder / "x/out", "run.json", false);
      write_file(output.path() / "half", std::string_view("x"));
      wait();
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number) << status;
    EXPECT_EQ(folder.names(), Names{});
  }
}

TEST(Interrupt, KeepsWhatIsFinished) {
  const TempFolder folder;
  interrupted(SIGTERM, [&](const auto& wait) {
    AtomicFolder output(folder / "out", "run.json", false);
    write_file(output.path() / "whole", std::string_view("x"));
    output.commit();
    wait();
  });
  EXPECT_EQ(read_text(folder / "out/whole"), "x");
}

TEST(Interrupt, RunsNothingThatHasEnded) {
  const TempFolder folder;
  interrupted(SIGTERM, [&](const auto& wait) {
    {
      const OnInterrupt ended([&] { write_file(folder / "ended", std::string_view("x")); });
    }
    const OnInterrupt living([&] { write_file(folder / "living", std::string_view("x")); });
    wait();
  });
  EXPECT_EQ(folder.names(), Names{"living"});
}

}  // namespace
}  // namespace trireme
