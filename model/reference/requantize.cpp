// SPDX-License-Identifier: Apache-2.0
#include "model/reference/requantize.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "model/quant/rounding.h"

namespace trireme {

namespace {

__extension__ typedef __int128 Int128;

std::int32_t saturate(Int128 value) {
  constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
  return value < low ? low : value > high ? high : static_cast<std::int32_t>(value);
}

// round(product / 2^shift) in exact integers.
std::int32_t shift_round(Int128 product, int shift, Ties ties) {
  if (shift <= 0) return saturate(product * (Int128{1} << -shift));
  if (shift > 100) return 0;             // |product| <= 2^87: far below a half
  const Int128 down = product >> shift;  // floor
  const Int128 rest = product & ((Int128{1} << shift) - 1);
  const Int128 half = Int128{1} << (shift - 1);
  bool up = rest > half;
  if (rest == half) {
    up = ties == Ties::half_up || (ties == Ties::half_away && product > 0) ||
         (ties == Ties::half_even && down % 2 != 0);
  }
  return saturate(down + (up ? 1 : 0));
}

// The fields of a float32 as the chips' registers take them (hardware.md §2.5).
struct FloatFields {
  int exponent;  // biased
  std::int64_t mantissa;
};

FloatFields fields_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return {static_cast<int>(bits >> 23 & 0xFF), static_cast<std::int64_t>(bits & 0x7FFFFF)};
}

void require_positive(float scale, const std::string& where) {
  if (scale > 0 && scale <= std::numeric_limits<float>::max()) return;
  throw Error(where, fmt::format("a scale of {} cannot be requantized", scale),
              "scales must be positive numbers; quantize the network again");
}

RealFactor checked(const RealFactor& factor, const std::string& where) {
  constexpr float limit = 0x1p30F;
  if (factor.narrow < limit) return factor;
  throw Error(where, fmt::format("a factor of {} cannot be requantized", factor.narrow),
              "the scales of input over output must stay below 2^30; quantize the network again");
}

}  // namespace

RealFactor real_factor(float numerator, float denominator, const std::string& where) {
  require_positive(numerator, where);
  require_positive(denominator, where);
  return checked({numerator / denominator, static_cast<double>(numerator) / static_cast<double>(denominator)},
                 where);
}

RealFactor real_factor(float input, float weight, float output, bool product_in_float32,
                       const std::string& where) {
  for (const float scale : {input, weight, output}) require_positive(scale, where);
  const float product = input * weight;
  const double wide_product = product_in_float32 ? static_cast<double>(product)
                                                 : static_cast<double>(input) * static_cast<double>(weight);
  return checked({product / output, wide_product / static_cast<double>(output)}, where);
}

ReferenceRequantizer::ReferenceRequantizer(RequantRule rule, Ties ties, RequantKernel kernel,
                                           const RealFactor& factor)
    : rule_(rule), ties_(ties), factor_(factor.narrow) {
  const FloatFields fields = fields_of(factor_);
  switch (rule) {
    case RequantRule::vipf:
    case RequantRule::onnx:
      return;
    case RequantRule::vip8:
      multiplier_ = (std::int64_t{1} << 23) + fields.mantissa;
      shift_ = 150 - fields.exponent;
      return;
    case RequantRule::vip7:
      multiplier_ = (std::int64_t{1} << 15) + (fields.mantissa >> 8);
      shift_ = 142 - fields.exponent;
      return;
    case RequantRule::tflite:
    case RequantRule::tflm:
    case RequantRule::tflm_single:
      fixed_ = fixed_factor(factor.wide);
      rounding_ = elementwise_rounding(rule);
      if (rule == RequantRule::tflite && kernel == RequantKernel::convolution)
        rounding_ = FixedRounding::half_up;
      if (kernel == RequantKernel::wide) rounding_ = FixedRounding::narrow;
      if (kernel == RequantKernel::wide_product)
        rounding_ = rule == RequantRule::tflite ? FixedRounding::single : FixedRounding::narrow;
      return;
  }
}

std::int32_t ReferenceRequantizer::operator()(std::int64_t accumulator) const {
  switch (rule_) {
    case RequantRule::vipf:
    case RequantRule::onnx: {
      const float product = static_cast<float>(accumulator) * factor_;
      return round_to_int32(static_cast<double>(product),
                            rule_ == RequantRule::onnx ? Ties::half_even : ties_);
    }
    case RequantRule::vip7:
    case RequantRule::vip8:
      return shift_round(static_cast<Int128>(accumulator) * multiplier_, shift_, ties_);
    case RequantRule::tflite:
    case RequantRule::tflm:
    case RequantRule::tflm_single:
      return multiply(accumulator, fixed_, rounding_);
  }
  internal_error("a requantization rule without a formula");
}

}  // namespace trireme
