// SPDX-License-Identifier: Apache-2.0
#include "support/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace trireme {
namespace {

using ::testing::HasSubstr;

// Standard error on a terminal of our own; what was written to it is read from the other end.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)), saved_(::dup(STDERR_FILENO)) {
    ::grantpt(master_);
    ::unlockpt(master_);
    const int slave = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    ::dup2(slave, STDERR_FILENO);
    ::close(slave);
  }
  ~Terminal() { ::close(master_); }
  std::string restore_and_read() {
    ::dup2(saved_, STDERR_FILENO);  // closes our end: reading stops after what was written
    ::close(saved_);
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = ::read(master_, buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int master_, saved_;
};

TEST(Progress, SilentWithoutATerminal) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(ProgressMode::automatic, "simulate", 10);
    progress.update(10);
    Progress none(ProgressMode::none, "simulate", 10);
    none.update(10);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, JsonLines) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(ProgressMode::json, "simulate", 2);
    progress.update(1, "a\"\\\n", 1234);
    progress.update(2);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "{\"phase\":\"simulate\",\"layer\":\"a\\\"\\\\\\u000a\",\"cycle\":1234,\"done\":1,\"total\":2}\n"
            "{\"phase\":\"simulate\",\"layer\":\"\",\"cycle\":0,\"done\":2,\"total\":2}\n");
}

TEST(Progress, IsRateLimitedAndShowsTheLastStep) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress(ProgressMode::json, "simulate", 1000);
    for (std::uint64_t done = 1; done <= 1000; ++done) progress.update(done);
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  // The first, the last, and at 10 Hz a few if this machine is very slow.
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_THAT(text, HasSubstr("\"done\":1000,"));
}

TEST(Progress, BarOnATerminal) {
  Terminal terminal;
  {
    Progress progress(ProgressMode::automatic, "simulate", 4);
    progress.update(1, "conv1\033[31m", 77);
  }
  const std::string text = terminal.restore_and_read();
  // A quarter of 20 cells. The escape sequence of the layer name must not get through.
  EXPECT_THAT(text, HasSubstr("\rsimulate [#####               ]  25%"));
  EXPECT_THAT(text, HasSubstr("left conv1?[31m cycle 77\033[K"));
  EXPECT_EQ(text.substr(text.size() - 4), "\r\033[K");  // cleared at the end
}

TEST(Progress, NothingToDo) {
  Terminal terminal;
  {
    Progress progress(ProgressMode::automatic, "load", 0);
    progress.update(0);
  }
  EXPECT_THAT(terminal.restore_and_read(), HasSubstr("100%"));
}

}  // namespace
}  // namespace trireme
