// SPDX-License-Identifier: Apache-2.0
#include "validate/fit.h"

#include <gtest/gtest.h>

#include <cmath>

namespace trireme {
namespace {

// log(prediction) of row i = coefficients[i] * log(values): the linear model around the fit is exact.
Model power_law(const std::vector<Numbers>& coefficients) {
  return [coefficients](const std::vector<FitQuery>& queries) {
    std::vector<Numbers> all;
    for (const FitQuery& query : queries) {
      all.emplace_back();
      for (const std::size_t row : query.rows) {
        double sum = 0;
        for (std::size_t i = 0; i < query.values.size(); ++i)
          sum += coefficients[row][i] * std::log(query.values[i]);
        all.back().push_back(sum);
      }
    }
    return all;
  };
}

const std::vector<FitParameter> kTwo = {{"a", 1, 0.1, 100}, {"b", 1, 0.1, 100}};

TEST(Fit, FindsTheNumbersThatMadeTheMeasurements) {
  // a = 3, b = 5: log 3, log 5, log 15, each twice so that damping weighs little.
  const std::vector<Numbers> coefficients = {{1, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 1}, {1, 1}};
  std::vector<FitRow> rows;
  for (const Numbers& row : coefficients)
    rows.push_back({"g", row[0] * std::log(3.0) + row[1] * std::log(5.0)});
  FitOptions options;
  options.iterations = 20;
  const Fit found = fit(kTwo, rows, power_law(coefficients), options);
  EXPECT_NEAR(found.values[0], 3, 0.01);
  EXPECT_NEAR(found.values[1], 5, 0.01);
  EXPECT_LT(fit_loss(found.log_ratios), 1e-5);
}

TEST(Fit, StaysWithinBounds) {
  const std::vector<FitParameter> bounded = {{"a", 1, 0.5, 2}};
  const Fit found = fit(bounded, {{"g", std::log(7.0)}}, power_law({{1}}));
  EXPECT_DOUBLE_EQ(found.values[0], 2);
}

TEST(Fit, OneRowFarOffPullsNoHarderThanItsLimit) {
  // Nine rows say log a = 0, one says 3. Pull of the one: 0.2; of the nine at x: 9 x. They meet at x =
  // 0.0222.
  std::vector<FitRow> rows(9, {"g", 0.0});
  rows.push_back({"g", 3.0});
  FitOptions options;
  options.iterations = 20;
  options.tolerance = 0;
  const Fit found = fit({{"a", 1, 0.1, 100}}, rows, power_law(std::vector<Numbers>(10, {1})), options);
  EXPECT_NEAR(std::log(found.values[0]), 0.2 / 9, 1e-3);
}

TEST(Fit, LeavesAGroupOut) {
  // One number, rows 0, 0, 0 and, in a group of its own, 0.15: the fit is at their mean, 0.0375. Without the
  // last row it is 0, and the last one is off by 0 - 0.15. Without the three it is at 0.15.
  const std::vector<FitRow> rows = {{"g", 0}, {"g", 0}, {"g", 0}, {"h", 0.15}};
  const std::vector<FitParameter> one = {{"a", 1, 0.1, 100}};
  const Model model = power_law(std::vector<Numbers>(4, {1}));
  FitOptions options;
  options.tolerance = 0;
  options.iterations = 20;
  const Fit found = fit(one, rows, model, options);
  EXPECT_NEAR(found.log_ratios[3], 0.0375 - 0.15, 1e-3);
  const Numbers left_out = leave_out(found, one, rows, model);
  EXPECT_NEAR(left_out[3], -0.15, 2e-3);
  EXPECT_NEAR(left_out[0], 0.15, 2e-3);
}

TEST(Fit, WhatIsLeftOutIsAskedOfTheModelAndNothingElse) {
  // Rows 0, 0 and, alone, 0.2 of a model that is log a, but 1 more below a = 1.05. The fit is at 0.2 / 3 =
  // 0.067, above it; without the last row at 0, below it: 0 + 1 - 0.2. A line through the fit would say -0.2.
  const std::vector<FitRow> rows = {{"g", 0}, {"g", 0}, {"h", 0.2}};
  const std::vector<FitParameter> one = {{"a", 1, 0.1, 100}};
  FitOptions options;
  options.tolerance = 0;
  options.iterations = 20;
  const Model line = power_law(std::vector<Numbers>(3, {1}));
  const Fit found = fit(one, rows, line, options);
  std::size_t asked = 0;
  const Model jumps = [&](const std::vector<FitQuery>& queries) {
    std::vector<Numbers> all = line(queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      asked += queries[i].rows.size();
      for (double& prediction : all[i]) prediction += queries[i].values[0] < 1.05 ? 1 : 0;
    }
    return all;
  };
  EXPECT_NEAR(leave_out(found, one, rows, jumps)[2], 0.8, 2e-3);
  EXPECT_EQ(asked, rows.size());
}

TEST(Fit, WithoutParametersThereIsNothingToMove) {
  const Fit found = fit({}, {{"g", 1.0}}, power_law({{}}));
  EXPECT_EQ(found.iterations, 0);
  EXPECT_DOUBLE_EQ(found.log_ratios.at(0), -1);
  EXPECT_DOUBLE_EQ(leave_out(found, {}, {{"g", 1.0}}, power_law({{}})).at(0), -1);
}

}  // namespace
}  // namespace trireme
