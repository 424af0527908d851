// SPDX-License-Identifier: Apache-2.0
// The rules by hand. All of them over ties, extremes and factors: tests/compiler/requantize_rules_test.cpp.
#include "model/reference/requantize.h"

#include <gtest/gtest.h>

#include <limits>

namespace trireme {
namespace {

struct Factor {
  float numerator, denominator;
};

std::int32_t half_of(RequantRule rule, Ties ties, std::int32_t acc,
                     RequantKernel kernel = RequantKernel::convolution) {
  return ReferenceRequantizer(rule, ties, kernel, 0.5F, 1, "test")(acc);
}

// 3 / 2 = 1.5 and -3 / 2 = -1.5, 1 / 2 = 0.5 and -1 / 2 = -0.5, by hand.
TEST(Requantize, TiesByHand) {
  for (const RequantRule rule : {RequantRule::vip7, RequantRule::vip8, RequantRule::vipf}) {
    EXPECT_EQ(half_of(rule, Ties::half_up, 3), 2);
    EXPECT_EQ(half_of(rule, Ties::half_up, -3), -1);
    EXPECT_EQ(half_of(rule, Ties::half_up, -1), 0);
    EXPECT_EQ(half_of(rule, Ties::half_even, 3), 2);
    EXPECT_EQ(half_of(rule, Ties::half_even, 1), 0);
    EXPECT_EQ(half_of(rule, Ties::half_even, -3), -2);
    EXPECT_EQ(half_of(rule, Ties::half_even, -1), 0);
    EXPECT_EQ(half_of(rule, Ties::half_away, 1), 1);
    EXPECT_EQ(half_of(rule, Ties::half_away, -1), -1);
  }
  EXPECT_EQ(half_of(RequantRule::onnx, Ties::half_up, -1), 0);
  EXPECT_EQ(half_of(RequantRule::onnx, Ties::half_up, 1), 0);
  // numerics.md §3.2: ruy rounds up, gemmlowp away from zero in its shift. 0.5 is q = 2^30, s = 0: only the
  // first step, which is half up in both. 0.25 is q = 2^30, s = -1: hi = (acc 2^30 + 2^30) >> 31 of -6 is -3,
  // then -3/2.
  EXPECT_EQ(half_of(RequantRule::tflite, Ties::half_up, -1), 0);
  EXPECT_EQ(
      ReferenceRequantizer(RequantRule::tflite, Ties::half_up, RequantKernel::convolution, 0.25F, 1, "")(-6),
      -1);
  EXPECT_EQ(ReferenceRequantizer(RequantRule::tflite, Ties::half_up, RequantKernel::other, 0.25F, 1, "")(-6),
            -2);
  EXPECT_EQ(
      ReferenceRequantizer(RequantRule::tflm, Ties::half_up, RequantKernel::convolution, 0.25F, 1, "")(-6),
      -2);
  EXPECT_EQ(
      ReferenceRequantizer(RequantRule::tflm_single, Ties::half_up, RequantKernel::other, 0.25F, 1, "")(-6),
      -1);
}

// 2^24 + 1 is no float32: rounded to 2^24 before the product, kept by the integer rules.
TEST(Requantize, FloatRulesRoundTheAccumulatorFirst) {
  const std::int32_t acc = (1 << 24) + 1;
  EXPECT_EQ(ReferenceRequantizer(RequantRule::vipf, Ties::half_up, RequantKernel::convolution, 1, 1, "")(acc),
            1 << 24);
  EXPECT_EQ(ReferenceRequantizer(RequantRule::vip8, Ties::half_up, RequantKernel::convolution, 1, 1, "")(acc),
            acc);
}

// m = 1 + 2^-23: vip8 keeps the last mantissa bit, vip7 only 15 of the 23. acc 2^23 * m = 2^23 + 1.
TEST(Requantize, Vip7KeepsFifteenMantissaBits) {
  const float m = 0x1.000002p0F;
  EXPECT_EQ(
      ReferenceRequantizer(RequantRule::vip8, Ties::half_up, RequantKernel::convolution, m, 1, "")(1 << 23),
      (1 << 23) + 1);
  EXPECT_EQ(
      ReferenceRequantizer(RequantRule::vip7, Ties::half_up, RequantKernel::convolution, m, 1, "")(1 << 23),
      1 << 23);
}

TEST(Requantize, RefusesFactorsNoTensorHas) {
  const float infinite = std::numeric_limits<float>::infinity();
  for (const Factor& bad : {Factor{0, 1}, Factor{1, 0}, Factor{-1, 1}, Factor{infinite, 1},
                            Factor{1e30F, 1e-3F}, Factor{0x1p30F, 1}}) {
    EXPECT_THROW(ReferenceRequantizer(RequantRule::vipf, Ties::half_up, RequantKernel::other, bad.numerator,
                                      bad.denominator, "here"),
                 Error);
  }
}

}  // namespace
}  // namespace trireme
