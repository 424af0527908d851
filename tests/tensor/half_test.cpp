// SPDX-License-Identifier: Apache-2.0
#include "tensor/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace trireme {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// The value by the definition of binary16 (IEEE 754-2019, 3.4), exact in double.
double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

TEST(Half, EveryPatternHasItsValueAndRoundTrips) {
  for (int i = 0; i <= 0xFFFF; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float value = half_to_float(bits);
    if (std::isnan(half_value(bits))) {
      EXPECT_TRUE(std::isnan(value)) << i;
    } else {
      EXPECT_EQ(static_cast<double>(value), half_value(bits)) << i;
    }
    EXPECT_EQ(std::signbit(value), (bits & 0x8000) != 0) << i;
    EXPECT_EQ(float_to_half(value), bits) << i;
  }
}

// Between neighbours a < b: the middle goes to the even one, a float beside the middle to the nearer one.
TEST(Half, EveryMiddleRoundsToEven) {
  for (int i = 0; i < 0x7C00; ++i) {
    const auto lower = static_cast<std::uint16_t>(i);
    const auto upper = static_cast<std::uint16_t>(i + 1);
    // For the last one the upper neighbour is infinity, and 65536 stands for it (IEEE 754-2019, 4.3.1).
    const double above = upper == 0x7C00 ? 65536.0 : half_value(upper);
    const auto middle = static_cast<float>((half_value(lower) + above) / 2);  // exact: 12 bits
    const std::uint16_t even = (lower & 1) == 0 ? lower : upper;
    EXPECT_EQ(float_to_half(middle), even) << i;
    EXPECT_EQ(float_to_half(-middle), even | 0x8000) << i;
    EXPECT_EQ(float_to_half(std::nextafter(middle, 0.0F)), lower) << i;
    EXPECT_EQ(float_to_half(std::nextafter(middle, infinity)), upper) << i;
  }
}

TEST(Half, SpecialValues) {
  EXPECT_EQ(float_to_half(65504.0F), 0x7BFF);  // the largest
  EXPECT_EQ(float_to_half(65520.0F), 0x7C00);  // the middle to 65536: even, that is infinity
  EXPECT_EQ(float_to_half(1e30F), 0x7C00);
  EXPECT_EQ(float_to_half(-infinity), 0xFC00);
  EXPECT_EQ(float_to_half(0x1p-25F), 0);  // half of the smallest subnormal
  EXPECT_EQ(float_to_half(std::nextafter(0x1p-25F, 1.0F)), 1);
  EXPECT_EQ(float_to_half(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(float_to_half(-0.0F), 0x8000);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Half, NanWithoutAFittingPayloadStaysNan) {
  // Fraction bit 0 only: cut to ten or seven bits it would be infinity.
  const std::uint32_t bits = 0x7F800001;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  EXPECT_TRUE(std::isnan(half_to_float(float_to_half(value))));
  EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(value))));
}

TEST(Bfloat16, EveryPatternRoundTrips) {
  for (int i = 0; i <= 0xFFFF; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    EXPECT_EQ(float_to_bfloat16(bfloat16_to_float(bits)), bits) << i;
  }
}

TEST(Bfloat16, EveryMiddleRoundsToEven) {
  for (int i = 0; i < 0x7F7F; ++i) {
    const auto lower = static_cast<std::uint16_t>(i);
    const auto upper = static_cast<std::uint16_t>(i + 1);
    const double sum =
        static_cast<double>(bfloat16_to_float(lower)) + static_cast<double>(bfloat16_to_float(upper));
    const auto middle = static_cast<float>(sum / 2);  // exact: 9 bits
    EXPECT_EQ(float_to_bfloat16(middle), (lower & 1) == 0 ? lower : upper) << i;
    EXPECT_EQ(float_to_bfloat16(std::nextafter(middle, 0.0F)), lower) << i;
    EXPECT_EQ(float_to_bfloat16(std::nextafter(middle, infinity)), upper) << i;
  }
  EXPECT_EQ(float_to_bfloat16(std::numeric_limits<float>::max()), 0x7F80);  // nearer to 2^128: infinity
  EXPECT_EQ(float_to_bfloat16(1.0F), 0x3F80);
}

}  // namespace
}  // namespace trireme
