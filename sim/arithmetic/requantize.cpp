// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/requantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace trireme {

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();

__extension__ typedef __int128 Wide;  // 64-bit sums times multipliers of up to 32 bits

template <typename Integer>
std::int32_t saturate(Integer value) {
  return static_cast<std::int32_t>(value < kMin ? Integer{kMin} : value > kMax ? Integer{kMax} : value);
}

std::int32_t round_float(float product, Ties ties) {
  // float32 widened to double: adding one half is exact for every product that does not saturate.
  const double exact = product;
  if (!(std::abs(exact) < 4e9)) return exact > 0 ? saturate(kMax) : saturate(kMin);
  double rounded = 0;
  switch (ties) {
    case Ties::half_up:
      rounded = std::floor(exact + 0.5);
      break;
    case Ties::half_even:
      rounded = std::nearbyint(exact);
      break;
    case Ties::half_away:
      rounded = std::trunc(exact + std::copysign(0.5, exact));
      break;
  }
  return saturate(static_cast<std::int64_t>(rounded));
}

// value / 2^shift to the nearest integer.
Wide round_shift(Wide value, int shift, Ties ties) {
  if (shift > 100) return 0;  // |value| < 2^88: less than one half
  const Wide half = Wide{1} << (shift - 1);
  const Wide floor = value >> shift;
  const Wide rest = value & ((Wide{1} << shift) - 1);
  if (rest != half) return floor + (rest > half ? 1 : 0);
  switch (ties) {
    case Ties::half_up:
      return floor + 1;
    case Ties::half_even:
      return floor + (floor & 1);
    case Ties::half_away:
      return floor + (value > 0 ? 1 : 0);
  }
  internal_error("unknown tie rule");
}

std::int32_t scale_integer(std::int64_t accumulator, const Requantizer& by, Ties ties) {
  const Wide product = Wide{accumulator} * by.multiplier;
  if (by.shift > 0) return saturate(round_shift(product, by.shift, ties));
  return saturate(product * (Wide{1} << std::min(-by.shift, 31)));  // 31 places saturate whatever is not 0
}

Wide shift_half_up(Wide value, int shift) { return (value + ((Wide{1} << shift) >> 1)) >> shift; }

// 64-bit sums: TensorFlow Lite rounds the multiplier to 16 bits first, and then once, half up.
std::int32_t scale_wide(std::int64_t accumulator, const Requantizer& by) {
  const std::uint32_t q = by.multiplier < 0x7FFF0000U ? (by.multiplier + 0x8000U) >> 16 : 0x7FFFU;
  const Wide product = Wide{accumulator} * q;
  const int right = 15 - std::clamp(by.shift, -64, 46);  // beyond, all is 0 or saturates
  if (right <= 0) return saturate(product * (Wide{1} << -right));
  return saturate((product + (Wide{1} << (right - 1))) >> right);
}

// numerics.md §3.2. Both of its first steps, hi = (acc << left) * q / 2^31, round halves up; a left shift
// leaves fewer bits to drop. Saturates only at the end, where the runtimes' int32 overflows.
std::int32_t scale_tflite(std::int64_t accumulator, const Requantizer& by, const RequantizeConfig& config) {
  if (config.kernel == TfliteKernel::wide) return scale_wide(accumulator, by);
  const auto q = static_cast<std::int64_t>(static_cast<std::int32_t>(by.multiplier));
  const Wide product = Wide{accumulator} * q;
  const int exponent = std::clamp(by.shift, -31, 30);  // what the compiler makes
  if (config.rule == RequantRule::tflm_single) return saturate(shift_half_up(product, 31 - exponent));
  const Wide high = shift_half_up(product, 31 - std::max(exponent, 0));
  const int right = std::max(-exponent, 0);
  if (config.rule == RequantRule::tflite && config.kernel == TfliteKernel::ruy)
    return saturate(shift_half_up(high, right));
  const Wide mask = (Wide{1} << right) - 1;
  const Wide threshold = (mask >> 1) + (high < 0 ? 1 : 0);
  return saturate((high >> right) + ((high & mask) > threshold ? 1 : 0));
}

}  // namespace

RequantizeConfig requantize_config(const PostProcessing& post, std::int32_t zero_point, TfliteKernel kernel) {
  return {static_cast<RequantRule>(post.rule),
          static_cast<Ties>(post.ties),
          kernel,
          zero_point,
          post.clamp_low,
          post.clamp_high};
}

std::int32_t scale_accumulator(std::int64_t accumulator, const Requantizer& by,
                               const RequantizeConfig& config) {
  switch (config.rule) {
    case RequantRule::vipf:
      return round_float(static_cast<float>(accumulator) * float_multiplier(by), config.ties);
    case RequantRule::onnx:
      return round_float(static_cast<float>(accumulator) * float_multiplier(by), Ties::half_even);
    case RequantRule::vip7:
    case RequantRule::vip8:
      return scale_integer(accumulator, by, config.ties);
    case RequantRule::tflite:
    case RequantRule::tflm:
    case RequantRule::tflm_single:
      return scale_tflite(accumulator, by, config);
  }
  internal_error("unknown requantization rule");
}

std::int32_t requantize(std::int64_t accumulator, const Requantizer& by, const RequantizeConfig& config) {
  const std::int64_t scaled = scale_accumulator(accumulator, by, config);
  const std::int64_t code = scaled + config.zero_point;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(code, config.clamp_low, config.clamp_high));
}

float float_multiplier(const Requantizer& by) {
  float value = 0;
  std::memcpy(&value, &by.multiplier, sizeof value);
  return value;
}

Requantizer requantizer_of(float factor, RequantRule rule) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &factor, sizeof bits);
  const int exponent = static_cast<int>((bits >> 23) & 0xFF);
  const std::uint32_t mantissa = bits & 0x7FFFFF;
  switch (rule) {
    case RequantRule::vipf:
    case RequantRule::onnx:
      return {bits, 0};
    case RequantRule::vip8:  // 2^23 + M, shift 127 - e on top of 23 fractional bits (hardware.md §2.5)
      return {(1U << 23) + mantissa, 150 - exponent};
    case RequantRule::vip7:  // 2^15 + (M >> 8), shift 142 - e
      return {(1U << 15) + (mantissa >> 8), 142 - exponent};
    case RequantRule::tflite:
    case RequantRule::tflm:
    case RequantRule::tflm_single: {
      // numerics.md §3.1: frexp, mantissa to Q31; 2^31 is halved.
      int shift = 0;
      const double fraction = std::frexp(static_cast<double>(factor), &shift);
      auto q = static_cast<std::int64_t>(std::llround(fraction * 2147483648.0));
      if (q == (std::int64_t{1} << 31)) {
        q /= 2;
        ++shift;
      }
      if (shift < -31) return {0, 0};
      return {static_cast<std::uint32_t>(q), shift};
    }
  }
  internal_error("unknown requantization rule");
}

}  // namespace trireme
