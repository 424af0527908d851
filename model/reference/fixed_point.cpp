// SPDX-License-Identifier: Apache-2.0
#include "model/reference/fixed_point.h"

#include <cmath>
#include <limits>

#include "model/quant/rounding.h"
#include "support/error.h"

namespace trireme {

namespace {

__extension__ typedef __int128 Int128;

constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();

std::int32_t saturate(Int128 value) {
  return value < kLow ? kLow : value > kHigh ? kHigh : static_cast<std::int32_t>(value);
}

// x / 2^right, ties away from zero.
Int128 shifted_half_away(Int128 x, int right) {
  const Int128 mask = (Int128{1} << right) - 1;
  return (x >> right) + ((x & mask) > (mask >> 1) + (x < 0 ? 1 : 0) ? 1 : 0);
}

// x / 2^right, ties up; a negative `right` multiplies.
std::int32_t shifted_half_up(Int128 x, int right) {
  if (right <= 0) return saturate(x * (Int128{1} << -right));
  return saturate((x + (Int128{1} << (right - 1))) >> right);
}

// x * 2^exponent, saturated; a right shift rounds half away from zero.
std::int32_t scaled_by_power(std::int32_t x, int exponent) {
  if (exponent <= 0) return divide_by_power(x, -exponent);
  return saturate(static_cast<Int128>(x) * (Int128{1} << exponent));
}

// e^x for x in [-1/4, 0), 31 bits after the point: around -1/8, e^-1/8 (1 + y + y^2/2 + y^3/6 + y^4/24).
std::int32_t exponential_of_quarter(std::int32_t x) {
  constexpr std::int32_t e_to_minus_eighth = 1895147668;
  constexpr std::int32_t third = 715827883;
  const std::int32_t y = x + (1 << 28);
  const std::int32_t y2 = high_product(y, y);
  const std::int32_t y3 = high_product(y2, y);
  const std::int32_t y4_quarter = divide_by_power(high_product(y2, y2), 2);
  const std::int32_t tail = divide_by_power(high_product(y4_quarter + y3, third) + y2, 1);
  return e_to_minus_eighth + high_product(e_to_minus_eighth, y + tail);
}

// 2 / (1 + x) for x in [0, 1), two bits before the point: Newton's division by h = (1 + x) / 2 from the
// linear first guess 48/17 - 32/17 h, three steps.
std::int32_t two_over_one_plus(std::int32_t x) {
  constexpr std::int32_t guess_constant = 1515870810;  // 48/17
  constexpr std::int32_t guess_slope = -1010580540;    // -32/17
  constexpr std::int32_t one = 1 << 29;
  const std::int64_t sum = std::int64_t{x} + kHigh;
  const auto half = static_cast<std::int32_t>((sum + 1) / 2);
  std::int32_t guess = guess_constant + high_product(half, guess_slope);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = one - high_product(half, guess);
    guess += scaled_by_power(high_product(guess, error), 2);
  }
  return guess;
}

}  // namespace

// numerics.md §3.1
FixedFactor fixed_factor(double factor) {
  FixedFactor result{};
  const double mantissa = std::frexp(factor, &result.shift);  // exact
  result.multiplier = round_to_int64(mantissa * 2147483648.0, Ties::half_away);
  if (result.multiplier == std::int64_t{1} << 31) {
    result.multiplier /= 2;
    ++result.shift;
  }
  if (result.shift < -31) result = {0, 0};
  return result;
}

// numerics.md §3.2
std::int32_t multiply(std::int64_t x, const FixedFactor& factor, FixedRounding rounding) {
  const int right = factor.shift < 0 ? -factor.shift : 0;
  const int left = factor.shift > 0 ? factor.shift : 0;
  switch (rounding) {
    case FixedRounding::gemmlowp: {
      const Int128 product = static_cast<Int128>(x) * (Int128{1} << left) * factor.multiplier;
      const Int128 nudge = product >= 0 ? Int128{1} << 30 : 1 - (Int128{1} << 30);
      return saturate(shifted_half_away((product + nudge) / (Int128{1} << 31), right));  // towards zero
    }
    case FixedRounding::half_up: {
      const Int128 product = static_cast<Int128>(x) * (Int128{1} << left) * factor.multiplier;
      const Int128 high = (product + (Int128{1} << 30)) >> 31;
      return saturate((high + ((Int128{1} << right) >> 1)) >> right);
    }
    case FixedRounding::single:
      return shifted_half_up(static_cast<Int128>(x) * factor.multiplier, 31 - factor.shift);
    case FixedRounding::narrow: {
      const std::int64_t reduced =
          factor.multiplier < 0x7FFF0000 ? (factor.multiplier + (1 << 15)) >> 16 : 0x7FFF;
      return shifted_half_up(static_cast<Int128>(x) * reduced, 15 - factor.shift);
    }
  }
  internal_error("a rounding without a formula");
}

bool is_tflite(RequantRule rule) {
  return rule == RequantRule::tflite || rule == RequantRule::tflm || rule == RequantRule::tflm_single;
}

FixedRounding elementwise_rounding(RequantRule rule) {
  return rule == RequantRule::tflm_single ? FixedRounding::single : FixedRounding::gemmlowp;
}

std::int32_t high_product(std::int32_t a, std::int32_t b) {
  if (a == kLow && b == kLow) return kHigh;
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));  // towards zero
}

std::int32_t divide_by_power(std::int32_t x, int exponent) {
  return static_cast<std::int32_t>(shifted_half_away(x, exponent));
}

// x = r - (sum of powers of two from 1/4 up), r in [-1/4, 0): e^r by its series, then one constant factor a
// power that is present.
std::int32_t exponential_of_negative(std::int32_t x, int integer_bits) {
  if (x == 0) return kHigh;
  constexpr std::int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};  // e^-(2^i), i = -2 … 4
  const int fraction_bits = 31 - integer_bits;
  const std::int32_t quarter = 1 << (fraction_bits - 2);
  const std::int32_t rest = (x & (quarter - 1)) - quarter;
  std::int32_t result = exponential_of_quarter(scaled_by_power(rest, integer_bits));
  const std::int32_t remainder = rest - x;
  for (int i = -2; i <= 4 && i < integer_bits; ++i) {
    if ((remainder & (1 << (fraction_bits + i))) != 0) result = high_product(result, powers[i + 2]);
  }
  return result;
}

std::int32_t reciprocal_of_one_plus(std::int32_t x) {
  return scaled_by_power(two_over_one_plus(x), 1);  // half the value, two bits before the point fewer
}

std::int32_t fixed_sigmoid(std::int32_t x, int integer_bits) {
  if (x == 0) return 1 << 30;
  const std::int32_t positive = reciprocal_of_one_plus(exponential_of_negative(x > 0 ? -x : x, integer_bits));
  return x > 0 ? positive : kHigh - positive;
}

// tanh x = (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = e^-2x: with one more bit before the point x reads as
// 2x.
std::int32_t fixed_tanh(std::int32_t x, int integer_bits) {
  if (x == 0) return 0;
  const std::int32_t e = exponential_of_negative(x > 0 ? -x : x, integer_bits + 1);
  const std::int32_t positive = scaled_by_power(two_over_one_plus(e) - (1 << 29), 2);
  return x > 0 ? positive : -positive;
}

}  // namespace trireme
