// SPDX-License-Identifier: Apache-2.0
// Every rule in both implementations, the reference's and the simulator's with the compiler's multipliers,
// against its formula in exact integers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/pack/requantizer.h"
#include "model/reference/requantize.h"
#include "sim/arithmetic/requantize.h"
#include "tests/compiler/networks.h"
#include "tests/support_for_tests/requantize_formulas.h"

namespace trireme {
namespace {

using formula::Scales;
using formula::Wide;

constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();

// A rule as it is used: chips' rules with each tie direction, tflite with each of its kernels.
struct Use {
  RequantRule rule;
  Ties ties;
  formula::Kernel kernel;
};

std::vector<Use> uses() {
  std::vector<Use> list;
  for (const RequantRule rule : {RequantRule::vip7, RequantRule::vip8, RequantRule::vipf}) {
    for (const Ties ties : {Ties::half_up, Ties::half_even, Ties::half_away})
      list.push_back({rule, ties, formula::Kernel::ruy});
  }
  for (const RequantRule rule : {RequantRule::onnx, RequantRule::tflm, RequantRule::tflm_single})
    list.push_back({rule, Ties::half_up, formula::Kernel::ruy});
  for (const formula::Kernel kernel : {formula::Kernel::ruy, formula::Kernel::gemmlowp})
    list.push_back({RequantRule::tflite, Ties::half_up, kernel});
  return list;
}

// Both implementations, prepared for one layer.
class Both {
 public:
  Both(const Use& use, const Scales& s)
      : reference_(use.rule, use.ties,
                   use.kernel == formula::Kernel::ruy ? RequantKernel::convolution : RequantKernel::other,
                   real_factor(s.input, s.weight, s.output, s.product_in_float32, "test")),
        by_(requantizer_of(use.rule, {s.input, s.weight, s.output, !s.product_in_float32})),
        config_{use.rule,
                use.ties,
                use.kernel == formula::Kernel::ruy ? TfliteKernel::ruy : TfliteKernel::gemmlowp,
                0,
                static_cast<std::int32_t>(kLow),
                static_cast<std::int32_t>(kHigh)} {}

  std::int32_t reference(std::int32_t acc) const { return reference_(acc); }
  std::int32_t simulated(std::int32_t acc) const { return scale_accumulator(acc, by_, config_); }
  const Requantizer& by() const { return by_; }

 private:
  ReferenceRequantizer reference_;
  Requantizer by_;
  RequantizeConfig config_;
};

void add_clamped(std::vector<std::int32_t>& list, std::int64_t value) {
  list.push_back(static_cast<std::int32_t>(std::clamp(value, kLow, kHigh)));
}

// Every accumulator at which the result steps from one code to the next, for all steps an 8-bit code with any
// zero point can make and beyond, and its neighbours: where a tie exists it is among them. Then the steps
// around the ends of int16 and int32, all small accumulators, and those around each power of two up to the
// ends of int32.
std::vector<std::int32_t> accumulators(const Scales& scales) {
  std::vector<std::int32_t> list;
  const double m = double{scales.input} * double{scales.weight} / double{scales.output};
  const auto add_step = [&](std::int64_t code) {
    const double at = (static_cast<double>(code) + 0.5) / m;
    if (std::abs(at) > 3e9) return;
    for (std::int64_t near = -1; near <= 1; ++near) add_clamped(list, std::llround(at) + near);
  };
  for (std::int64_t code = -300; code <= 300; ++code) add_step(code);
  for (const std::int64_t end : {-32769, 32767}) {
    for (std::int64_t code = end - 3; code <= end + 3; ++code) add_step(code);
  }
  for (const std::int64_t end : {kLow - 1, kHigh}) {
    for (std::int64_t code = end - 3; code <= end + 3; ++code) add_step(code);
  }
  for (std::int64_t acc = -300; acc <= 300; ++acc) add_clamped(list, acc);
  for (int bit = 8; bit <= 31; ++bit) {
    for (std::int64_t near = -3; near <= 3; ++near) {
      for (const std::int64_t sign : {-1, 1}) add_clamped(list, sign * ((std::int64_t{1} << bit) + near));
    }
  }
  return list;
}

std::vector<Scales> scales() {
  std::vector<Scales> list;
  // Every shift, with multipliers that have ties (few odd factors), the smallest and largest mantissas.
  for (const float mantissa : {1.0F, 1.25F, 1.5F, 1.75F, 0x1.000002p0F, 0x1.fffffep0F, 0x1.0002p0F}) {
    for (int exponent = -40; exponent < 30; ++exponent)
      list.push_back({std::ldexp(mantissa, exponent), 1, 1, false});
  }
  // A mantissa that rounds up to 2^31: q is halved and the shift grows. 1 - 2^-53 is no float32, but
  // (1 - 2^-24)^2 / (1 - 2^-23) = 1 + 2^-48 / (1 - 2^-23), and its inverse lies below 1 by less than 2^-32.
  const float below = 0x1.fffffep-1F, twice_below = 0x1.fffffcp-1F;
  list.push_back({twice_below, 1, below * below, false});
  list.push_back({below, below, twice_below, false});
  list.push_back({1, 0x1.fffffep-1F, 0x1.fffffep-1F, true});
  list.push_back({1e-40F, 1, 1, false});
  list.push_back({1, 1, 1e30F, false});
  // Scales as layers have them; the products' roundings differ between the two forms.
  test::Random random(7);
  for (int i = 0; i < 60; ++i) {
    const auto positive = [&](float low, float high) { return low + (high - low) * (random.real() + 1) / 2; };
    const Scales s{positive(1e-4F, 0.1F), positive(1e-5F, 0.02F), positive(1e-3F, 3), i % 2 == 0};
    list.push_back(s);
  }
  return list;
}

TEST(RequantizeRules, BothImplementationsEqualTheFormulas) {
  std::int64_t compared = 0, ties = 0;
  for (const Scales& s : scales()) {
    const std::vector<std::int32_t> accs = accumulators(s);
    const formula::Fraction m = formula::multiplier32(s);
    for (const std::int32_t acc : accs) {  // exact ties of acc * m: 2 acc m is an odd integer
      const Wide twice = 2 * acc * m.n;
      if (m.shift > 0 && m.shift < 80 && twice % (Wide{1} << m.shift) == 0)
        ties += twice / (Wide{1} << m.shift) % 2 != 0 ? 1 : 0;
    }
    for (const Use& use : uses()) {
      const formula::Rule expected(use.rule, use.ties, use.kernel, s);
      const Both both(use, s);
      for (const std::int32_t acc : accs) {
        const std::int64_t y = expected(acc);
        ASSERT_TRUE(both.reference(acc) == y && both.simulated(acc) == y) << fmt::format(
            "{} {} kernel {} scales {} * {} / {} acc {}: formula {}, reference {}, simulator {}",
            name_of(use.rule), name_of(use.ties), static_cast<int>(use.kernel), s.input, s.weight, s.output,
            acc, y, both.reference(acc), both.simulated(acc));
      }
      compared += static_cast<std::int64_t>(accs.size());
    }
  }
  fmt::print("{} accumulators compared, {} of them exact ties a rule\n", compared, ties);
  EXPECT_GT(ties, 10000);
}

std::int64_t of(RequantRule rule, const Scales& s, std::int32_t acc,
                formula::Kernel kernel = formula::Kernel::ruy, Ties ties = Ties::half_up) {
  const Both both({rule, ties, kernel}, s);
  EXPECT_EQ(both.reference(acc), both.simulated(acc));
  EXPECT_EQ(both.reference(acc), formula::Rule(rule, ties, kernel, s)(acc));
  return both.reference(acc);
}

TEST(RequantizeRules, DoubleRoundingByHand) {
  // d = 3/8: q = 3/4 2^31, s = -1, right = 1. acc 1: ab = 3 2^29, hi = floor((3 2^29 + 2^30) / 2^31) =
  // floor(5/4) = 1; ruy (1 + 1) >> 1 = 1, though 3/8 is below a half: the first rounding lifts it to a tie.
  // single: (3 2^29 + 2^31) >> 32 = floor(7/8) = 0.
  const Scales s{0.375F, 1, 1, false};
  EXPECT_EQ(of(RequantRule::tflite, s, 1), 1);
  EXPECT_EQ(of(RequantRule::tflm, s, 1), 1);
  EXPECT_EQ(of(RequantRule::tflm_single, s, 1), 0);
  EXPECT_EQ(of(RequantRule::onnx, s, 1), 0);
  // acc -1: ab = -3 2^29, hi = floor(-3/4 + 1/2) = -1; ruy (-1 + 1) >> 1 = 0; gemmlowp: -1/2 away from zero,
  // -1.
  EXPECT_EQ(of(RequantRule::tflite, s, -1), 0);
  EXPECT_EQ(of(RequantRule::tflite, s, -1, formula::Kernel::gemmlowp), -1);
  EXPECT_EQ(of(RequantRule::tflm, s, -1), -1);
}

TEST(RequantizeRules, ExtremesByHand) {
  constexpr auto low = static_cast<std::int32_t>(kLow), high = static_cast<std::int32_t>(kHigh);
  for (const Use& use : uses()) {
    SCOPED_TRACE(fmt::format("{} {}", name_of(use.rule), name_of(use.ties)));
    const auto y = [&](float m, std::int32_t acc) {
      return of(use.rule, {m, 1, 1, false}, acc, use.kernel, use.ties);
    };
    // m = 1: s = 1, q = 2^30. -2^31 fits, and float32(2^31 - 1) = 2^31 saturates to the same number.
    EXPECT_EQ(y(1, low), kLow);
    EXPECT_EQ(y(1, high), kHigh);
    // m = 2: beyond int32 both ways; 3 * 2^29 * 2 = 3 * 2^30 too.
    EXPECT_EQ(y(2, low), kLow);
    EXPECT_EQ(y(2, high), kHigh);
    EXPECT_EQ(y(2, 3 << 29), kHigh);
    EXPECT_EQ(y(3, -(1 << 30)), kLow);
    EXPECT_EQ(y(0x1p29F, 3), 3LL << 29);
    // 2^-31 of -2^31 is -1; 2^-33 of it a quarter.
    EXPECT_EQ(y(0x1p-31F, low), -1);
    EXPECT_EQ(y(0x1p-33F, low), 0);
    EXPECT_EQ(y(1, 0), 0);
  }
}

// 16,777,217 = 2^24 + 1 is no float32 and lies half way between 2^24 and 2^24 + 2: to the even mantissa,
// 2^24; 2^24 + 3 to 2^24 + 4.
TEST(RequantizeRules, FloatRulesRoundAccumulatorAndProduct) {
  const Scales one{1, 1, 1, false};
  for (const RequantRule rule : {RequantRule::onnx, RequantRule::vipf}) {
    EXPECT_EQ(of(rule, one, (1 << 24) + 1), 1 << 24);
    EXPECT_EQ(of(rule, one, (1 << 24) + 3), (1 << 24) + 4);
    // m = 0.5 + 2^-24 (one unit above a half), acc = 5: 2.5 + 5 2^-24, where float32 has units of 2^-22: the
    // product rounds to 2.5 + 2^-22, above the tie, 3. acc = 1: 0.5 + 2^-24 exactly, above the tie too.
    EXPECT_EQ(of(rule, {0x1.000002p-1F, 1, 1, false}, 5), 3);
    EXPECT_EQ(of(rule, {0x1.000002p-1F, 1, 1, false}, 1), 1);
    // m = 0.5 - 2^-25, acc = 5: 2.5 - 5 2^-25 = 2.5 - 0.625 2^-22: rounds to 2.5 - 2^-22, 2. acc = 3:
    // 1.5 - 3 2^-25 = 1.5 - 0.75 2^-23, to 1.5 - 2^-23, 1.
    EXPECT_EQ(of(rule, {0x1.fffffep-2F, 1, 1, false}, 5), 2);
    EXPECT_EQ(of(rule, {0x1.fffffep-2F, 1, 1, false}, 3), 1);
  }
  // 2.5: half to even, and the chip's direction.
  const Scales half{0.5F, 1, 1, false};
  EXPECT_EQ(of(RequantRule::onnx, half, 5), 2);
  EXPECT_EQ(of(RequantRule::onnx, half, -5), -2);
  EXPECT_EQ(of(RequantRule::onnx, half, 7), 4);
  EXPECT_EQ(of(RequantRule::vipf, half, 5), 3);
  EXPECT_EQ(of(RequantRule::vipf, half, -5), -2);
}

// Scale, zero point, clamp: the sum never wraps, and the clamp comes last.
TEST(RequantizeRules, ZeroPointAndClamp) {
  struct Codes {
    std::int32_t zero_point, low, high;
  };
  constexpr auto low = static_cast<std::int32_t>(kLow), high = static_cast<std::int32_t>(kHigh);
  const Codes types[] = {{0, 0, 255},       {128, 0, 255},      {255, 0, 255},
                         {-128, -128, 127}, {0, -128, 127},     {127, -128, 127},
                         {-128, -128, 20},  {0, -32768, 32767}, {32767, -32768, 32767}};
  for (const Use& use : uses()) {
    for (const Codes& codes : types) {
      for (const float m : {0.5F, 0.75F, 1.0F, 0x1p20F}) {
        const formula::Rule scaled(use.rule, use.ties, use.kernel, {m, 1, 1, false});
        const Requantizer by = requantizer_of(use.rule, m, 1);
        const RequantizeConfig config{
            use.rule,
            use.ties,
            use.kernel == formula::Kernel::ruy ? TfliteKernel::ruy : TfliteKernel::gemmlowp,
            codes.zero_point,
            codes.low,
            codes.high};
        std::vector<std::int32_t> accs = {low, low + 1, high - 1, high};
        for (std::int32_t acc = -700; acc <= 700; ++acc) accs.push_back(acc);
        for (const std::int32_t acc : accs) {
          const std::int64_t code = scaled(acc) + codes.zero_point;
          const std::int64_t expected = code < codes.low ? codes.low : code > codes.high ? codes.high : code;
          ASSERT_EQ(requantize(acc, by, config), expected)
              << name_of(use.rule) << ' ' << name_of(use.ties) << " m " << m << " acc " << acc;
        }
      }
    }
  }
}

}  // namespace
}  // namespace trireme
