// SPDX-License-Identifier: Apache-2.0
// Every test program has its own main: libsystemc exports a main of its own, and a program that runs no test
// must fail.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

extern "C" int sc_main(int, char**) { return 0; }

int main(int argc, char** argv) {
  setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1);
  ::testing::InitGoogleTest(&argc, argv);
  const int status = RUN_ALL_TESTS();
  const auto* unit = ::testing::UnitTest::GetInstance();
  if (status == 0 && unit->test_to_run_count() == 0 && !::testing::GTEST_FLAG(list_tests)) {
    std::fprintf(stderr, "no test was run\n");
    return 1;
  }
  return status;
}
