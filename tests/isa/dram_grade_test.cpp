// SPDX-License-Identifier: Apache-2.0
// The table of speed grades against arithmetic on the standards' own numbers.
#include "isa/dram/grade.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace trireme {
namespace {

double clock_ns(const DramGrade& grade) { return 30.0 / grade.clock_steps; }
double ns(const DramDelay& delay, const DramGrade& grade) {
  return std::max(1e-3 * static_cast<double>(delay.ps), delay.clocks * clock_ns(grade));
}
std::vector<int> densities(DramFamily family) {
  std::vector<int> found;
  for (int gigabits = 1; gigabits <= 64; ++gigabits) {
    if (refresh_ps(family, gigabits) > 0) found.push_back(gigabits);
  }
  return found;
}

TEST(DramGrade, TheNameIsTheDataRate) {
  for (const DramGrade& grade : dram_grades()) {
    const std::string name = grade.name;
    EXPECT_EQ(std::atoi(name.c_str() + name.find('-') + 1), grade.clock_steps * 200 / 3) << name;
  }
}

TEST(DramGrade, RowCycleIsTheStandards) {
  // tRC as printed in the tables of speed bins, ns; of LPDDR tRAS + tRPpb = 42 + 18. Whole clocks of tRAS and
  // of tRP may add up to one more than those of tRC.
  const std::map<std::string, double> row_cycle = {
      {"DDR3-1600", 48.75}, {"DDR3-1866", 47.91}, {"DDR3-2133", 46.09}, {"DDR4-2133", 47.06},
      {"DDR4-2400", 46.16}, {"DDR4-2666", 46.25}, {"DDR4-3200", 45.75}};
  for (const DramGrade& grade : dram_grades()) {
    const auto known = row_cycle.find(grade.name);
    const double expected = known != row_cycle.end() ? known->second : 60.0;
    const double clocks = dram_clocks(grade, 4).rc;
    EXPECT_GE(clocks * clock_ns(grade), expected - 0.05) << grade.name;
    EXPECT_LE(clocks * clock_ns(grade), expected + 2 * clock_ns(grade)) << grade.name;
  }
}

TEST(DramGrade, DelaysAreInTheRangeOfTheirFamily) {
  for (const DramGrade& grade : dram_grades()) {
    const bool low_power = grade.family == DramFamily::lpddr3 || grade.family == DramFamily::lpddr4;
    // Reads take 13 to 14.3 ns in the bins of DDR3 and DDR4, 15 to 17.5 ns in those of LPDDR; written data
    // goes earlier than read data comes.
    const double read = grade.read_latency * clock_ns(grade);
    EXPECT_GE(read, low_power ? 14.9 : 13.0) << grade.name;
    EXPECT_LE(read, low_power ? 17.5 : 14.3) << grade.name;
    EXPECT_LT(grade.write_latency, grade.read_latency) << grade.name;
    // A row can be read before it may be closed; all banks close no faster than one.
    EXPECT_GE(ns(grade.ras, grade), ns(grade.rcd, grade) + grade.burst_length / 2 * clock_ns(grade));
    EXPECT_GE(ns(grade.rp_all, grade), ns(grade.rp, grade)) << grade.name;
    // A fifth activate waits at least as long as four gaps between activates.
    EXPECT_GE(ns(grade.faw, grade) + 0.01, 4 * ns(grade.rrd_s, grade)) << grade.name;
    EXPECT_GE(ns(grade.rrd_l, grade), ns(grade.rrd_s, grade)) << grade.name;
    // Columns follow each other no faster than their data, and no slower within other groups.
    EXPECT_EQ(grade.ccd_s.clocks, grade.burst_length / 2) << grade.name;
    EXPECT_GE(ns(grade.ccd_l, grade), ns(grade.ccd_s, grade)) << grade.name;
    EXPECT_GE(ns(grade.wtr_l, grade), ns(grade.wtr_s, grade)) << grade.name;
    EXPECT_NEAR(ns(grade.wr, grade), low_power ? 16.9 : 15.0, 2.0) << grade.name;
    EXPECT_NEAR(ns(grade.rtp, grade), 7.5, 0.1) << grade.name;
  }
}

TEST(DramGrade, RefreshGrowsWithDensityAndLeavesTime) {
  for (const DramFamily family :
       {DramFamily::ddr3, DramFamily::ddr4, DramFamily::lpddr3, DramFamily::lpddr4}) {
    std::int64_t last = 0;
    for (const int gigabits : densities(family)) {
      EXPECT_GT(refresh_ps(family, gigabits), last);
      last = refresh_ps(family, gigabits);
      EXPECT_EQ(gigabits & (gigabits - 1), 0);
    }
    EXPECT_GE(densities(family).size(), 2U);
  }
  // 8,192 refreshes in 64 ms, or in 32 ms: tREFI 7.8125 or 3.90625 us, written as 7.8, 3.9 or 3.904.
  for (const DramGrade& grade : dram_grades()) {
    const bool low_power = grade.family == DramFamily::lpddr3 || grade.family == DramFamily::lpddr4;
    EXPECT_NEAR(static_cast<double>(grade.refi_ps), low_power ? 3'906'250 : 7'812'500, 12'500) << grade.name;
    for (const int gigabits : densities(grade.family)) {
      const DramClocks clocks = dram_clocks(grade, gigabits);
      EXPECT_LT(clocks.rfc, clocks.refi / 10) << grade.name << ' ' << gigabits;
    }
  }
}

}  // namespace
}  // namespace trireme
