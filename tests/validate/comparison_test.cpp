// SPDX-License-Identifier: Apache-2.0
#include "validate/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "validate/report.h"

namespace trireme {
namespace {

Measurement measured(const char* chip, const char* network, double ms, const char* tier) {
  Measurement row;
  row.chip = chip;
  row.network = network;
  row.latency_ms = ms;
  row.tier = tier;
  return row;
}

Predictions predictions() {
  Predictions known;
  known[{"x", "n"}] = {1000, 2, ""};
  known[{"x", "m"}] = {3000, 6, ""};
  known[{"y", "n"}] = {500, 1, ""};
  known[{"y", "m"}].skipped_because = "does not fit";
  return known;
}

TEST(Comparison, TakesTheBestTierAndTheMeanOfItsSources) {
  const std::vector<Comparison> rows =
      compare({measured("x", "n", 7, "B"), measured("x", "n", 1, "A"), measured("x", "n", 4, "A"),
               measured("x", "n", 9, "C"), measured("y", "n", 2, "C"), measured("y", "m", 2, "A")},
              predictions());
  EXPECT_EQ(rows[1].spread_low_ms, 1);  // of all sources, whatever their tier
  EXPECT_EQ(rows[1].spread_high_ms, 9);
  EXPECT_DOUBLE_EQ(rows[0].ratio(), 2.0 / 7);
  EXPECT_FALSE(rows[5].compared());
  EXPECT_EQ(rows[5].skipped_because, "does not fit");
  const std::vector<Point> points = points_of(rows);
  ASSERT_EQ(points.size(), 1U);  // tier C is shown, not counted
  EXPECT_EQ(points[0].tier, "A");
  EXPECT_DOUBLE_EQ(points[0].measured_ms, 2);  // sqrt(1 * 4)
  EXPECT_DOUBLE_EQ(points[0].ratio(), 1);
}

TEST(Comparison, SumsUpByChipTierAndAll) {
  // Ratios 2/4 = 0.5 and 6/5 = 1.2 on x, 1/2 = 0.5 on y: errors 0.5, 0.2, 0.5.
  const auto summaries = summarize(points_of(compare(
      {measured("x", "n", 4, "A"), measured("x", "m", 5, "B"), measured("y", "n", 2, "A")}, predictions())));
  ASSERT_EQ(summaries.size(), 5U);
  EXPECT_EQ(summaries[0].of, "x");
  EXPECT_DOUBLE_EQ(summaries[0].mean, 0.35);
  EXPECT_DOUBLE_EQ(summaries[0].median, 0.35);
  EXPECT_EQ(summaries[2].of, "tier A");
  EXPECT_DOUBLE_EQ(summaries[2].mean, 0.5);
  EXPECT_EQ(summaries[4].of, "all");
  EXPECT_EQ(summaries[4].points, 3U);
  EXPECT_DOUBLE_EQ(summaries[4].mean, 0.4);
  EXPECT_DOUBLE_EQ(summaries[4].median, 0.5);
  EXPECT_DOUBLE_EQ(summaries[4].largest, 0.5);
}

TEST(Comparison, CorrelatesRanks) {
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3}, {10, 200, 300}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3}, {3, 2, 1}), -1);
  // Ranks 0 1 2 3 and 1 0 3 2: 1 - 6 * (1+1+1+1) / (4 * (16-1)) = 0.6.
  EXPECT_DOUBLE_EQ(rank_correlation({1, 2, 3, 4}, {2, 1, 4, 3}), 0.6);
  // Ranks 0 1.5 1.5 3 and 0 1 2 3, means 1.5: (2.25 + 0 + 0 + 2.25) / sqrt(4.5 * 5).
  EXPECT_NEAR(rank_correlation({1, 2, 2, 3}, {1, 2, 3, 4}), 4.5 / std::sqrt(4.5 * 5), 1e-15);
  EXPECT_EQ(rank_correlation({1}, {1}), 0);
}

TEST(Comparison, WritesTheColumnsThatScriptsKnow) {
  ValidationReport report;
  Measurement odd = measured("a,b", "m", 2, "");
  odd.skipped_because = "no \"m\"";
  Measurement open;
  open.chip = "y";
  open.network = "n";
  report.rows = compare({measured("x", "n", 4, "A"), odd, open}, predictions());
  EXPECT_EQ(report_csv(report),
            "chip,network,predicted_ms,predicted_cycles,measured_ms,ratio,skipped_because\n"
            "x,n,2,1000,4,0.5000,\n"
            "\"a,b\",m,,,2,,\"no \"\"m\"\"\"\n"
            "y,n,1,500,,,\n");
}

TEST(Comparison, PageEscapesWhatComesFromOutside) {
  ValidationReport report;
  Measurement row = measured("<script>", "n", 4, "A");
  row.skipped_because = "a & b";
  report.rows = compare({row}, {});
  const std::string html = report_html(report);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;"), std::string::npos);
  EXPECT_NE(html.find("a &amp; b"), std::string::npos);
}

}  // namespace
}  // namespace trireme
