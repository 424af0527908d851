// SPDX-License-Identifier: Apache-2.0
#include "support/error.h"

#include <gtest/gtest.h>

namespace trireme {
namespace {

TEST(Error, IsOneLineAProblem) {
  EXPECT_STREQ(Error("a.yaml:3", "no such unit", "one of: x").what(), "a.yaml:3: no such unit (one of: x)");
  EXPECT_STREQ(Error("", "no such unit").what(), "no such unit");
}

TEST(Error, ProblemsAreCollected) {
  Problems problems;
  EXPECT_NO_THROW(problems.throw_if_any());
  problems.add("a", "first");
  problems.add(Error(std::vector<Problem>{{"b", "second", ""}, {"c", "third", ""}}));
  try {
    problems.throw_if_any();
    FAIL() << "no Error was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.problems().size(), 3U);
    EXPECT_STREQ(error.what(), "a: first\nb: second\nc: third");
  }
}

TEST(Error, InternalErrorsAreOfAnotherType) { EXPECT_THROW(internal_error("x"), std::logic_error); }

}  // namespace
}  // namespace trireme
