// SPDX-License-Identifier: Apache-2.0
#include "validate/left_out.h"

#include <gtest/gtest.h>

#include "support/error.h"
#include "support/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

Point point(const char* network, double predicted) { return {"x", network, "A", 10, predicted}; }

TEST(LeftOut, StandsBesideTheFitItCameFrom) {
  const TempFolder folder;
  const auto csv = folder / "left_out.csv";
  const std::vector<Point> fit = {point("n", 9), point("m", 12)};
  write_file(csv, left_out_csv(fit, {{point("n", 8), point("m", 13)}, "any", {}}));
  const auto known = known_left_out(csv, fit);
  ASSERT_TRUE(known);
  ASSERT_EQ(known->points.size(), 2U);
  EXPECT_DOUBLE_EQ(known->points[0].predicted_ms, 8);
  EXPECT_DOUBLE_EQ(known->points[0].measured_ms, 10);
  EXPECT_DOUBLE_EQ(known->points[1].predicted_ms, 13);
  EXPECT_TRUE(known->never_fitted.empty());
  // Of some of the points; others are not of the fit: 11 of 10 measured are off by 10 %, those left out by 30
  // %.
  // n was fitted to, if on another chip, and is neither.
  Point elsewhere = point("n", 20);
  elsewhere.chip = "y";
  const auto some = known_left_out(csv, {point("m", 12), point("k", 11), elsewhere});
  EXPECT_EQ(some->points.size(), 1U);
  EXPECT_EQ(some->never_fitted.size(), 1U);
  const std::vector<ErrorSummary> summaries = summaries_of(*some);
  EXPECT_EQ(summaries.back().of, "never fitted");
  EXPECT_NEAR(summaries.back().mean, 0.1, 1e-9);
  EXPECT_EQ(summaries[summaries.size() - 2].of, "all");
  EXPECT_NEAR(summaries[summaries.size() - 2].mean, 0.3, 1e-9);
  EXPECT_FALSE(known_left_out(csv, {point("k", 1)}));
}

TEST(LeftOut, IsNotKnownOfOtherChipsOrModels) {
  const TempFolder folder;
  const auto csv = folder / "left_out.csv";
  EXPECT_FALSE(known_left_out(csv, {point("n", 9)}));
  write_file(csv, left_out_csv({point("n", 9)}, {{point("n", 8)}, "any", {}}));
  EXPECT_TRUE(known_left_out(csv, {point("n", 9.005)}));
  EXPECT_FALSE(known_left_out(csv, {point("n", 9.02)}));
  write_file(csv, std::string("chip,network,fit_ms,left_out_ms\nx,n,9\n"));
  EXPECT_THROW(known_left_out(csv, {point("n", 9)}), Error);
}

}  // namespace
}  // namespace trireme
