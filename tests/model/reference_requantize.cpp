// SPDX-License-Identifier: Apache-2.0
// Every rule against the same sum written in rational numbers, over ties, extremes and random factors.
#include "model/reference/requantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();

Wide floor_div(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// round(numerator / 2^shift) by the definition of each tie direction.
std::int64_t rounded(Wide numerator, int shift, Ties ties) {
  while (shift < 0) {
    numerator *= 2;
    ++shift;
  }
  while (shift > 100) {  // keeps the denominator in range; a dropped bit stays visible as an odd one
    numerator = floor_div(numerator, 2) | (numerator % 2 != 0 ? 1 : 0);
    --shift;
  }
  const Wide denominator = Wide{1} << shift;
  const Wide twice = 2 * numerator;
  Wide result = 0;
  if (ties == Ties::half_up) {
    result = floor_div(twice + denominator, 2 * denominator);
  } else if (ties == Ties::half_away) {
    const Wide magnitude = floor_div((twice < 0 ? -twice : twice) + denominator, 2 * denominator);
    result = numerator < 0 ? -magnitude : magnitude;
  } else {
    const Wide down = floor_div(numerator, denominator);
    const Wide rest = twice - 2 * down * denominator;  // compared with one
    result = rest > denominator || (rest == denominator && down % 2 != 0) ? down + 1 : down;
  }
  return static_cast<std::int64_t>(result < kLow ? kLow : result > kHigh ? kHigh : result);
}

struct Factor {
  float numerator, denominator;
  float m() const { return numerator / denominator; }
};

// m = mantissa * 2^-shift with 24 bits of mantissa.
std::pair<Wide, int> parts(float m) {
  int exponent = 0;
  const float fraction = std::frexp(m, &exponent);
  return {static_cast<Wide>(std::ldexp(fraction, 24)), 24 - exponent};
}

std::int64_t expected(RequantRule rule, Ties ties, RequantKernel kernel, const Factor& factor,
                      std::int32_t acc) {
  const auto [mantissa, shift] = parts(factor.m());
  if (rule == RequantRule::vip8) return rounded(acc * mantissa, shift, ties);
  if (rule == RequantRule::vip7) return rounded(acc * (mantissa >> 8), shift - 8, ties);
  if (rule == RequantRule::vipf || rule == RequantRule::onnx) {
    // The product of two 24-bit mantissas is exact in double; the cast rounds it once.
    const auto product =
        static_cast<float>(static_cast<double>(static_cast<float>(acc)) * static_cast<double>(factor.m()));
    if (product == 0) return 0;
    const auto [p, p_shift] = parts(product);
    if (p_shift < -40) return product < 0 ? kLow : kHigh;
    return rounded(p, p_shift, rule == RequantRule::onnx ? Ties::half_even : ties);
  }
  const double d = static_cast<double>(factor.numerator) / static_cast<double>(factor.denominator);
  int s = 0;
  auto q = static_cast<std::int64_t>(std::round(std::frexp(d, &s) * 0x1p31));
  if (q == std::int64_t{1} << 31) {
    q /= 2;
    ++s;
  }
  if (s < -31) return 0;
  if (rule == RequantRule::tflm_single) return rounded(Wide{acc} * q, 31 - s, Ties::half_up);
  // Both steps apart; rounded() saturates the first one only where the second is no shift.
  const int left = s > 0 ? s : 0;
  const Wide wide = (Wide{acc} << left) * q;
  const Wide hi = floor_div(wide * 2 + (Wide{1} << 31), Wide{1} << 32);
  const bool ruy = rule == RequantRule::tflite && kernel == RequantKernel::convolution;
  return rounded(hi, s < 0 ? -s : 0, ruy ? Ties::half_up : Ties::half_away);
}

std::vector<std::int32_t> accumulators() {
  std::vector<std::int32_t> list;
  for (std::int32_t i = -2100; i <= 2100; ++i) list.push_back(i);
  for (int bit = 11; bit < 32; ++bit) {
    for (std::int64_t delta = -3; delta <= 3; ++delta) {
      for (const std::int64_t sign : {-1, 1}) {
        const std::int64_t value = sign * ((std::int64_t{1} << bit) + delta);
        list.push_back(static_cast<std::int32_t>(std::min(std::max(value, kLow), kHigh)));
        list.push_back(static_cast<std::int32_t>(std::min(std::max(value * 3 / 2, kLow), kHigh)));
      }
    }
  }
  return list;
}

std::vector<Factor> factors() {
  std::vector<Factor> list = {{1, 1},
                              {3, 1},
                              {1, 3},
                              {0.1F, 0.3F},
                              {1, 1e30F},
                              {1e-38F, 1},
                              {1e-40F, 1},
                              {0x1.fffffep0F, 1},
                              {0x1.fffffep-1F, 1},
                              {3, 2},
                              {5, 1024},
                              {0x1.fffffep29F, 1}};
  for (int exponent = -40; exponent < 30; ++exponent) list.push_back({std::ldexp(1.0F, exponent), 1});
  test::Random random(7);
  for (int i = 0; i < 60; ++i) list.push_back({random.real(1e-6F, 1e-2F), random.real(1e-4F, 3)});
  return list;
}

TEST(Requantize, EveryRuleEqualsItsRationalForm) {
  const std::vector<std::int32_t> accs = accumulators();
  for (const std::string& name : requant_rule_names()) {
    const RequantRule rule = parse_requant_rule(name, "");
    for (const Ties ties : {Ties::half_up, Ties::half_even, Ties::half_away}) {
      for (const RequantKernel kernel : {RequantKernel::convolution, RequantKernel::other}) {
        for (const Factor& factor : factors()) {
          const ReferenceRequantizer requantize(rule, ties, kernel, factor.numerator, factor.denominator,
                                                "test");
          for (const std::int32_t acc : accs) {
            ASSERT_EQ(requantize(acc), expected(rule, ties, kernel, factor, acc))
                << name << ' ' << name_of(ties) << " kernel " << static_cast<int>(kernel) << " factor "
                << factor.m() << " acc " << acc;
          }
        }
      }
    }
  }
}

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
