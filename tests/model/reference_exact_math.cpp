// SPDX-License-Identifier: Apache-2.0
#include "model/reference/exact_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace trireme {
namespace {

// Distance in units of the last place of the double nearest to the wide value.
double ulps(double got, long double wide) {
  const double nearest = std::fabs(static_cast<double>(wide));
  const double unit = std::nextafter(nearest, std::numeric_limits<double>::infinity()) - nearest;
  return static_cast<double>(std::fabs(static_cast<long double>(got) - wide) /
                             static_cast<long double>(unit));
}

struct Worst {
  double ulps = 0, at = 0;
  void add(double error, double x) {
    if (error > ulps) *this = {error, x};
  }
};

TEST(ExactMath, ErrorBelowTwoUnitsInTheLastPlace) {
  Worst exp, tanh, sigmoid;
  for (int i = -300000; i <= 300000; ++i) {
    const double x = i * 1.2345e-4;  // -37 to 37, and its cube for the small
    for (const double v : {x, x * x * x * 1e-4}) {
      const auto wide = static_cast<long double>(v);
      if (std::fabs(v) < 700) exp.add(ulps(exact_exp(v), std::exp(wide)), v);
      if (v != 0) tanh.add(ulps(exact_tanh(v), std::tanh(wide)), v);
      if (std::fabs(v) < 700) sigmoid.add(ulps(exact_sigmoid(v), 1 / (1 + std::exp(-wide))), v);
    }
  }
  EXPECT_LT(exp.ulps, 2) << exp.at;
  EXPECT_LT(tanh.ulps, 2) << tanh.at;
  EXPECT_LT(sigmoid.ulps, 2) << sigmoid.at;
  RecordProperty("exp_ulps", std::to_string(exp.ulps));
  RecordProperty("tanh_ulps", std::to_string(tanh.ulps));
  RecordProperty("sigmoid_ulps", std::to_string(sigmoid.ulps));
}

TEST(ExactMath, Ends) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(exact_exp(0), 1);
  EXPECT_EQ(exact_exp(1000), infinite);
  EXPECT_EQ(exact_exp(-1000), 0);
  EXPECT_EQ(exact_exp(-infinite), 0);
  EXPECT_NEAR(exact_exp(-740) / 4.199e-322, 1, 0.02);  // a denormal result: e^-740 = 4.1996e-322
  EXPECT_TRUE(std::isfinite(exact_exp(709.7)));
  EXPECT_EQ(exact_tanh(100), 1);
  EXPECT_EQ(exact_tanh(-infinite), -1);
  EXPECT_EQ(exact_tanh(0), 0);
  EXPECT_EQ(exact_tanh(1e-300), 1e-300);
  EXPECT_EQ(exact_sigmoid(0), 0.5);
  EXPECT_EQ(exact_sigmoid(infinite), 1);
  EXPECT_EQ(exact_sigmoid(-infinite), 0);
  EXPECT_TRUE(std::isnan(exact_exp(std::nan(""))));
  EXPECT_TRUE(std::isnan(exact_tanh(std::nan(""))));
  EXPECT_TRUE(std::isnan(exact_sigmoid(std::nan(""))));
}

}  // namespace
}  // namespace trireme
