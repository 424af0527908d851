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

// Numbers of `bits` bits beside the sign: 31, or 15, for which the constants below are rounded.
struct Width {
  int bits;

  std::int32_t high() const { return static_cast<std::int32_t>((std::int64_t{1} << bits) - 1); }
  std::int32_t constant(std::int32_t of_31_bits) const {
    return bits == 31 ? of_31_bits : (of_31_bits + (1 << (30 - bits))) >> (31 - bits);
  }
  std::int32_t saturated(std::int64_t x) const {
    return static_cast<std::int32_t>(x > high() ? high() : x < -high() - 1 ? -high() - 1 : x);
  }
  // round(a * b / 2^bits), ties up, saturated
  std::int32_t product(std::int32_t a, std::int32_t b) const {
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    const std::int64_t exact = std::int64_t{a} * b;
    return saturated((exact + (exact >= 0 ? half : 1 - half)) / (std::int64_t{1} << bits));  // towards zero
  }
  // x * 2^exponent, saturated; a right shift rounds half away from zero.
  std::int32_t scaled(std::int32_t x, int exponent) const {
    return exponent <= 0 ? divide_by_power(x, -exponent) : saturated(std::int64_t{x} << exponent);
  }
};

// e^x for x in [-1/4, 0), all bits after the point: around -1/8, e^-1/8 (1 + y + y^2/2 + y^3/6 + y^4/24).
std::int32_t exponential_of_quarter(std::int32_t x, const Width& w) {
  const std::int32_t e_to_minus_eighth = w.constant(1895147668);
  const std::int32_t third = w.constant(715827883);
  const std::int32_t y = x + (1 << (w.bits - 3));
  const std::int32_t y2 = w.product(y, y);
  const std::int32_t y3 = w.product(y2, y);
  const std::int32_t y4_quarter = divide_by_power(w.product(y2, y2), 2);
  const std::int32_t tail = divide_by_power(w.product(y4_quarter + y3, third) + y2, 1);
  return w.saturated(std::int64_t{e_to_minus_eighth} + w.product(e_to_minus_eighth, y + tail));
}

// 2 / (1 + x) for x in [0, 1), two bits before the point: Newton's division by h = (1 + x) / 2 from the
// linear first guess 48/17 - 32/17 h, three steps.
std::int32_t two_over_one_plus(std::int32_t x, const Width& w) {
  const std::int32_t guess_constant = w.constant(1515870810);  // 48/17
  const std::int32_t guess_slope = w.constant(-1010580540);    // -32/17
  const std::int32_t one = 1 << (w.bits - 2);
  const std::int64_t sum = std::int64_t{x} + w.high();
  const auto half = static_cast<std::int32_t>((sum + 1) / 2);
  std::int32_t guess = guess_constant + w.product(half, guess_slope);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = one - w.product(half, guess);
    guess += w.scaled(w.product(guess, error), 2);
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

FixedRounding elementwise_rounding(RequantRule rule) {
  return rule == RequantRule::tflm_single ? FixedRounding::single : FixedRounding::gemmlowp;
}

std::int32_t high_product(std::int32_t a, std::int32_t b) { return Width{31}.product(a, b); }

std::int32_t divide_by_power(std::int32_t x, int exponent) {
  return static_cast<std::int32_t>(shifted_half_away(x, exponent));
}

// x = r - (sum of powers of two from 1/4 up), r in [-1/4, 0): e^r by its series, then one constant factor a
// power that is present.
std::int32_t exponential_of_negative(std::int32_t x, int integer_bits, int bits) {
  const Width w{bits};
  if (x == 0) return w.high();
  constexpr std::int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};  // e^-(2^i), i = -2 … 4
  const int fraction_bits = bits - integer_bits;
  const std::int32_t quarter = 1 << (fraction_bits - 2);
  const std::int32_t rest = (x & (quarter - 1)) - quarter;
  std::int32_t result = exponential_of_quarter(w.scaled(rest, integer_bits), w);
  const std::int32_t remainder = rest - x;
  for (int i = -2; i <= 4 && i < integer_bits; ++i) {
    if ((remainder & (1 << (fraction_bits + i))) != 0) result = w.product(result, w.constant(powers[i + 2]));
  }
  return result;
}

std::int32_t reciprocal_of_one_plus(std::int32_t x, int bits) {
  const Width w{bits};
  return w.scaled(two_over_one_plus(x, w), 1);  // half the value, two bits before the point fewer
}

std::int32_t fixed_sigmoid(std::int32_t x, int integer_bits, int bits) {
  if (x == 0) return 1 << (bits - 1);
  const std::int32_t e = exponential_of_negative(x > 0 ? -x : x, integer_bits, bits);
  const std::int32_t positive = reciprocal_of_one_plus(e, bits);
  return x > 0 ? positive : Width{bits}.high() - positive;
}

// tanh x = (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = e^-2x: with one more bit before the point x reads as
// 2x.
std::int32_t fixed_tanh(std::int32_t x, int integer_bits, int bits) {
  if (x == 0) return 0;
  const Width w{bits};
  const std::int32_t e = exponential_of_negative(x > 0 ? -x : x, integer_bits + 1, bits);
  const std::int32_t positive = w.scaled(two_over_one_plus(e, w) - (1 << (bits - 2)), 2);
  return x > 0 ? positive : -positive;
}

// 1 / sqrt(x): x / 4^k in [1/4, 1) as a number with three bits before the point, five steps of Newton from 1,
// and half the root of two for the bit that the halves of pairs leave.
FixedFactor inverse_square_root(std::int32_t x) {
  if (x <= 1) return {kHigh, 0};
  int right = 11;
  while (x >= 1 << 29) {
    x /= 4;
    ++right;
  }
  while (x < 1 << 27) {
    x *= 4;
    --right;
  }
  const Width w{31};
  constexpr std::int32_t three_halves = (1 << 28) + (1 << 27);
  constexpr std::int32_t half_root_of_two = 1518500250;
  const std::int32_t half_of_x = divide_by_power(x >> 1, 1);
  std::int32_t root = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    const std::int32_t cube = w.scaled(w.product(w.product(root, root), root), 6);
    root = w.scaled(w.product(three_halves, root) - w.product(half_of_x, cube), 3);
  }
  root = w.product(root, half_root_of_two);
  return right < 0 ? FixedFactor{std::int64_t{root} << -right, 0} : FixedFactor{root, -right};
}

}  // namespace trireme
