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

using Function = double (*)(double);
using Wide = long double (*)(long double);

// The largest error relative to the result, over arguments of both signs whose magnitudes run from `least` to
// `most`.
double worst_relative(Function f, Wide wide, double least, double most) {
  double worst = 0;
  constexpr int kSteps = 20000;
  for (int i = 0; i <= kSteps; ++i) {
    const double magnitude = least * std::pow(most / least, static_cast<double>(i) / kSteps);
    for (const double x : {magnitude, -magnitude}) {
      const long double want = wide(static_cast<long double>(x));
      if (want == 0 || std::isnan(want) || std::isinf(static_cast<double>(want))) continue;
      worst =
          std::fmax(worst, std::fabs(static_cast<double>((static_cast<long double>(f(x)) - want) / want)));
    }
  }
  return worst;
}

// Half a unit of float32 is 6e-8 of the value: these bounds leave a float32 result correctly rounded but for
// one case in a hundred thousand.
TEST(ExactMath, OtherFunctionsFarBelowFloat32) {
  EXPECT_LT(worst_relative(exact_expm1, std::expm1, 1e-20, 80), 1e-15);
  EXPECT_LT(worst_relative(exact_log, std::log, 1e-300, 1e300), 1e-15);
  EXPECT_LT(worst_relative(exact_log1p, std::log1p, 1e-20, 1e20), 1e-15);
  EXPECT_LT(worst_relative(exact_sinh, std::sinh, 1e-20, 80), 1e-15);
  EXPECT_LT(worst_relative(exact_cosh, std::cosh, 1e-20, 80), 1e-15);
  EXPECT_LT(worst_relative(exact_asinh, std::asinh, 1e-20, 1e300), 1e-15);
  EXPECT_LT(worst_relative(exact_acosh, std::acosh, 1.001, 1e300), 1e-15);
  EXPECT_LT(worst_relative(exact_atanh, std::atanh, 1e-20, 0.999), 1e-15);
  EXPECT_LT(worst_relative(exact_asin, std::asin, 1e-20, 1), 2e-15);
  EXPECT_LT(worst_relative(exact_acos, std::acos, 1e-20, 0.999), 2e-15);
  EXPECT_LT(worst_relative(exact_atan, std::atan, 1e-20, 1e20), 2e-15);
  EXPECT_LT(worst_relative(exact_erf, std::erf, 1e-20, 10), 1e-14);
  EXPECT_LT(worst_relative(exact_erfc, std::erfc, 1e-20, 20), 1e-11);
  for (const double y : {0.3, -1.7, 7.0, -12.0, 100.5}) {
    for (double x = 1e-3; x < 1e3; x *= 1.07) {
      const long double want = std::pow(static_cast<long double>(x), static_cast<long double>(y));
      EXPECT_LT(std::fabs(static_cast<double>(static_cast<long double>(exact_pow(x, y)) / want - 1)), 1e-12)
          << x;
    }
  }
}

// Arguments up to 2^60, where long double's own reduction is still good.
TEST(ExactMath, TrigonometryOfAnySize) {
  EXPECT_LT(worst_relative(exact_sin, std::sin, 1e-20, 1e18), 1e-15);
  EXPECT_LT(worst_relative(exact_cos, std::cos, 1e-20, 1e18), 1e-15);
  EXPECT_LT(worst_relative(exact_tan, std::tan, 1e-20, 1e18), 1e-15);
  // sin and cos of 10^22, an old test of argument reduction (Ng, "Argument reduction for huge arguments",
  // 1992).
  EXPECT_NEAR(exact_sin(1e22), -0.8522008497671888, 1e-15);
  EXPECT_NEAR(exact_cos(1e22), 0.5232147853951389, 1e-15);
}

TEST(ExactMath, EndsOfTheOthers) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(exact_log(0), -infinite);
  EXPECT_TRUE(std::isnan(exact_log(-1)));
  EXPECT_EQ(exact_log(infinite), infinite);
  EXPECT_EQ(exact_pow(-2, 3), -8);
  EXPECT_EQ(exact_pow(0, 0), 1);
  EXPECT_EQ(exact_pow(-0.0, -3), -infinite);
  EXPECT_TRUE(std::isnan(exact_pow(-2, 0.5)));
  EXPECT_EQ(exact_pow(2, -infinite), 0);
  EXPECT_EQ(exact_erf(infinite), 1);
  EXPECT_EQ(exact_erfc(-infinite), 2);
  EXPECT_EQ(exact_softplus(-infinite), 0);
  EXPECT_EQ(exact_softplus(infinite), infinite);
  EXPECT_TRUE(std::isnan(exact_acosh(0.5)));
  EXPECT_TRUE(std::isnan(exact_asin(1.5)));
  EXPECT_TRUE(std::isnan(exact_sin(infinite)));
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
