// SPDX-License-Identifier: Apache-2.0
#include "model/reference/requantize.h"

#include <fmt/format.h>

#include <cmath>
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
std::int32_t shift_round(std::int64_t product, int shift, Ties ties) {
  if (shift <= 0) return saturate(static_cast<Int128>(product) * (static_cast<Int128>(1) << -shift));
  if (shift > 62) return 0;                    // |product| <= 2^55: far below a half
  const std::int64_t down = product >> shift;  // floor
  const std::int64_t rest = product & ((std::int64_t{1} << shift) - 1);
  const std::int64_t half = std::int64_t{1} << (shift - 1);
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

// d = q * 2^(s - 31) with q in [2^30, 2^31) (numerics.md §3.1).
struct FixedPoint {
  std::int64_t q;
  int s;
};

FixedPoint fixed_point_of(double d) {
  FixedPoint result{};
  const double mantissa = std::frexp(d, &result.s);  // exact
  result.q = round_to_int64(mantissa * 2147483648.0, Ties::half_away);
  if (result.q == std::int64_t{1} << 31) {
    result.q /= 2;
    ++result.s;
  }
  if (result.s < -31) result = {0, 0};
  return result;
}

// numerics.md §3.2 "gemmlowp double": half up to 31 bits (the nudge before a truncation), then half away in
// the shift.
std::int32_t gemmlowp_double(std::int32_t acc, std::int64_t q, int s) {
  const int right = s < 0 ? -s : 0;
  const int left = s > 0 ? s : 0;
  const Int128 ab = (static_cast<Int128>(acc) * (static_cast<Int128>(1) << left)) * q;
  const Int128 nudge = ab >= 0 ? Int128{1} << 30 : 1 - (Int128{1} << 30);
  const Int128 hi = (ab + nudge) / (Int128{1} << 31);  // towards zero
  const Int128 mask = (Int128{1} << right) - 1;
  return saturate((hi >> right) + ((hi & mask) > (mask >> 1) + (hi < 0 ? 1 : 0) ? 1 : 0));
}

// numerics.md §3.2 "ruy double": half up in both steps.
std::int32_t ruy_double(std::int32_t acc, std::int64_t q, int s) {
  const int right = s < 0 ? -s : 0;
  const int left = s > 0 ? s : 0;
  const Int128 hi =
      ((static_cast<Int128>(acc) * (static_cast<Int128>(1) << left)) * q + (Int128{1} << 30)) >> 31;
  return saturate((hi + ((Int128{1} << right) >> 1)) >> right);
}

// numerics.md §3.2 "single": one rounding, half up, in 64 bit.
std::int32_t single_rounding(std::int32_t acc, std::int64_t q, int s) {
  return saturate((acc * q + (std::int64_t{1} << (30 - s))) >> (31 - s));
}

}  // namespace

ReferenceRequantizer::ReferenceRequantizer(RequantRule rule, Ties ties, RequantKernel kernel, float numerator,
                                           float denominator, const std::string& where)
    : rule_(rule), ties_(ties), kernel_(kernel), factor_(numerator / denominator) {
  constexpr float limit = 0x1p30F;
  if (!(numerator > 0) || !(denominator > 0) || !(factor_ < limit)) {
    throw Error(where, fmt::format("scales {} and {} cannot be requantized", numerator, denominator),
                "both must be positive and their quotient below 2^30; quantize the network again");
  }
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
    case RequantRule::tflm_single: {
      const FixedPoint fixed =
          fixed_point_of(static_cast<double>(numerator) / static_cast<double>(denominator));
      multiplier_ = fixed.q;
      shift_ = fixed.s;
      return;
    }
  }
}

std::int32_t ReferenceRequantizer::operator()(std::int32_t accumulator) const {
  switch (rule_) {
    case RequantRule::vipf:
    case RequantRule::onnx: {
      const float product = static_cast<float>(accumulator) * factor_;
      return round_to_int32(static_cast<double>(product),
                            rule_ == RequantRule::onnx ? Ties::half_even : ties_);
    }
    case RequantRule::vip7:
    case RequantRule::vip8:
      return shift_round(accumulator * multiplier_, shift_, ties_);
    case RequantRule::tflite:
      if (kernel_ == RequantKernel::convolution) return ruy_double(accumulator, multiplier_, shift_);
      return gemmlowp_double(accumulator, multiplier_, shift_);
    case RequantRule::tflm:
      return gemmlowp_double(accumulator, multiplier_, shift_);
    case RequantRule::tflm_single:
      return single_rounding(accumulator, multiplier_, shift_);
  }
  internal_error("a requantization rule without a formula");
}

}  // namespace trireme
