// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/tflite/fixed_point.h"

#include <limits>

#include "compiler/ppu_kernels/math.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();

Reg shifted(PpuBuilder& b, PpuOpcode opcode, const Reg& x, std::int64_t bits) {
  return bits == 0 ? x : b.op(opcode, x, b.whole(bits));
}

Reg high_product(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::imulrh, x, y); }

// x * 2^left, kept inside 32 bits: what is cut off still gives at least 2^29 times the sign.
Reg shifted_left(PpuBuilder& b, const Reg& x, std::int32_t left) {
  if (left == 0) return x;
  if (left > 29) {
    b.refuse();
    return x;
  }
  const std::int64_t limit = kHigh >> left;
  const Reg inside = b.op(PpuOpcode::imin, b.op(PpuOpcode::imax, x, b.whole(-limit)), b.whole(limit));
  return shifted(b, PpuOpcode::shl, inside, left);
}

// The low word's bit below the last one that stays is the half.
Reg rounded_once(PpuBuilder& b, const Reg& x, const Reg& multiplier, int right) {
  const Reg high = b.op(PpuOpcode::imulh, x, multiplier);
  const Reg half = right == 32 ? shifted(b, PpuOpcode::shr, imul(b, x, multiplier), 31)
                               : shifted(b, PpuOpcode::sar, high, right - 33);
  return iadd(b, shifted(b, PpuOpcode::sar, high, right - 32), b.op(PpuOpcode::iand, half, b.whole(1)));
}

// ---- the same primitives of the compiler's own numbers

std::int64_t high_product(std::int64_t a, std::int64_t b) { return (a * b + (std::int64_t{1} << 30)) >> 31; }

std::int64_t divided_by_power(std::int64_t x, int exponent) {
  const std::int64_t half = std::int64_t{1} << (exponent - 1);
  return x < 0 ? -((half - x) >> exponent) : (x + half) >> exponent;
}

std::int64_t scaled(std::int64_t x, const Requantizer& factor, Rounding rounding) {
  if (x == 0) return 0;
  const int right = 31 - factor.shift;
  if (rounding == Rounding::once)
    return (x * std::int64_t{factor.multiplier} + (std::int64_t{1} << (right - 1))) >> right;
  if (factor.shift >= 0) return high_product(x * (std::int64_t{1} << factor.shift), factor.multiplier);
  return divided_by_power(high_product(x, factor.multiplier), -factor.shift);
}

// e^x for -1/4 <= x < 0, 31 bits after the point: a series of four terms around -1/8.
std::int64_t exponential_of_quarter(std::int64_t x) {
  constexpr std::int64_t kAtEighth = 1895147668, kThird = 715827883;  // e^-1/8, 1/3
  const std::int64_t y = x + (std::int64_t{1} << 28), y2 = high_product(y, y), y3 = high_product(y2, y);
  const std::int64_t quarter_of_y4 = divided_by_power(high_product(y2, y2), 2);
  const std::int64_t tail = divided_by_power(high_product(quarter_of_y4 + y3, kThird) + y2, 1);
  return kAtEighth + high_product(kAtEighth, y + tail);
}

// e^x for x <= 0 with 26 bits after the point: the quarters of -x in binary, each power a factor, and the
// rest.
std::int64_t exponential(std::int64_t x) {
  if (x == 0) return kHigh;
  constexpr int kFraction = 26;
  constexpr std::int64_t kQuarter = std::int64_t{1} << (kFraction - 2);
  constexpr std::int64_t kPowers[] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};  // e^-(2^i), i = -2 … 4
  const std::int64_t rest = ((x % kQuarter) + kQuarter) % kQuarter - kQuarter;
  std::int64_t result = exponential_of_quarter(rest * 32);
  for (int i = 0; i < 7; ++i) {
    if (((rest - x) >> (kFraction - 2 + i) & 1) != 0) result = high_product(result, kPowers[i]);
  }
  return result;
}

}  // namespace

Rounding rounding_of(RequantRule rule) {
  return rule == RequantRule::tflm_single ? Rounding::once : Rounding::twice;
}

Reg scaled(PpuBuilder& b, const Reg& x, const Requantizer& factor, Rounding rounding) {
  const Reg multiplier = b.whole(factor.multiplier);
  if (factor.shift >= 0) return high_product(b, shifted_left(b, x, factor.shift), multiplier);
  if (rounding == Rounding::once) return rounded_once(b, x, multiplier, 31 - factor.shift);
  return divided_by_power(b, high_product(b, x, multiplier), -factor.shift);
}

// Half up of x, or of x - 1 below zero. The smallest number has no x - 1, and rounds as the next one.
Reg divided_by_power(PpuBuilder& b, const Reg& x, int exponent) {
  const Reg safe = b.op(PpuOpcode::imax, x, b.whole(-kHigh));
  const Reg down = iadd(b, safe, b.op(PpuOpcode::sar, safe, b.whole(31)));
  const Reg half = b.op(PpuOpcode::iand, shifted(b, PpuOpcode::sar, down, exponent - 1), b.whole(1));
  return iadd(b, b.op(PpuOpcode::sar, down, b.whole(exponent)), half);
}

// 5 bits before the point: what is at most 31 times 2^26 after the factor stays.
std::vector<std::int32_t> exponentials(const Requantizer& factor, Rounding rounding) {
  constexpr std::int64_t kLargest = std::int64_t{31} << 26;
  const std::int64_t radius = factor.shift >= 0 ? kLargest >> factor.shift : kHigh;
  std::vector<std::int32_t> table;
  for (std::int64_t difference = 0; difference < 256; ++difference) {
    table.push_back(difference > radius
                        ? 0
                        : static_cast<std::int32_t>(exponential(scaled(-difference, factor, rounding))));
  }
  return table;
}

Reg divided_by_power(PpuBuilder& b, const Reg& x, const Reg& exponent, const Reg& below) {
  const Reg one = b.whole(1), zero = b.whole(0);
  const Reg negative = b.op(PpuOpcode::sar, x, b.whole(31));  // -1
  const Reg threshold = b.op(PpuOpcode::isub, b.op(PpuOpcode::sar, below, one), negative);
  const Reg up = choose(b, PpuOpcode::ilt, threshold, b.op(PpuOpcode::iand, x, below), one, zero);
  return iadd(b, b.op(PpuOpcode::sar, x, exponent), up);
}

Reg low_bits(PpuBuilder& b, const Reg& count) {
  const Reg one = b.whole(1);
  return b.op(PpuOpcode::isub, b.op(PpuOpcode::shl, one, count), one);
}

Reg half_up_of_high(PpuBuilder& b, const Reg& x, const Reg& y, const Reg& bits) {
  const Reg one = b.whole(1), high = b.op(PpuOpcode::imulh, x, y), twice = b.op(PpuOpcode::sar, high, bits);
  return iadd(b, b.op(PpuOpcode::sar, twice, one), b.op(PpuOpcode::iand, twice, one));
}

// From the exponent of x as a float; a bit is taken out of every pair so that none rounds up.
Reg leading_zeros(PpuBuilder& b, const Reg& x) {
  const Reg sparse =
      b.op(PpuOpcode::iand, x, b.op(PpuOpcode::ixor, b.op(PpuOpcode::shr, x, b.whole(1)), b.whole(-1)));
  const Reg exponent = b.op(PpuOpcode::shr, b.op(PpuOpcode::i2f, sparse), b.whole(23));
  return b.op(PpuOpcode::isub, b.whole(127 + 31), exponent);
}

// x = (1 + f) 2^(31 - zeros): Newton's division by h = (1 + f) / 2, from 48/17 - 32/17 h in three steps, two
// bits before the point; then twice that, saturated.
Reciprocal reciprocal(PpuBuilder& b, const Reg& x) {
  const Reg zeros = leading_zeros(b, x);
  const Reg fraction = b.op(PpuOpcode::iand, b.op(PpuOpcode::shl, x, zeros), b.whole(kHigh));
  const Reg half = iadd(b, b.op(PpuOpcode::shr, fraction, b.whole(1)), b.whole(1 << 30));
  constexpr std::int64_t kGuess = 1515870810, kSlope = -1010580540;
  const Reg guess = b.variable(iadd(b, high_product(b, half, b.whole(kSlope)), b.whole(kGuess)));
  for (int step = 0; step < 3; ++step) {
    const Reg error = b.op(PpuOpcode::isub, b.whole(1 << 29), high_product(b, half, guess));
    b.into(guess, PpuOpcode::iadd, guess, b.op(PpuOpcode::shl, high_product(b, guess, error), b.whole(2)));
  }
  const Reg twice = b.op(PpuOpcode::shl, guess, b.whole(1));
  return {choose(b, PpuOpcode::ilt, twice, b.whole(0), b.whole(kHigh), twice), zeros};
}

// x = y 4^k with y in [1/4, 1): five steps r = r (3 - y r^2) / 2 of Newton from 1, three bits before the
// point, and half the root of two for the bit that pairs leave.
InverseRoot inverse_square_root(PpuBuilder& b, const Reg& x) {
  constexpr std::int64_t kOne = 1 << 28, kHalfRootOfTwo = 1518500250;
  const Reg one = b.whole(1), two = b.whole(2);
  // 1. An even number of bits to the left, one pair to the right if the two highest bits are in use.
  const Reg pairs = b.op(PpuOpcode::iand,
                         iadd(b, leading_zeros(b, b.op(PpuOpcode::imax, x, one)), b.whole(-3)), b.whole(-2));
  const Reg y = b.op(PpuOpcode::shr, b.op(PpuOpcode::shl, x, iadd(b, pairs, two)), two);
  // 2. The root, from below: its cube stays below 8, which three bits before the point hold.
  const Reg half = b.op(PpuOpcode::shr, iadd(b, b.op(PpuOpcode::shr, y, one), one), one);
  const Reg root = b.variable(b.whole(kOne));
  for (int step = 0; step < 5; ++step) {
    const Reg cube = high_product(b, high_product(b, root, root), root);
    const Reg next = b.op(PpuOpcode::isub, high_product(b, root, b.whole(kOne + kOne / 2)),
                          high_product(b, half, b.op(PpuOpcode::shl, cube, b.whole(6))));
    b.into(root, PpuOpcode::shl, next, b.whole(3));
  }
  const Reg value = high_product(b, root, b.whole(kHalfRootOfTwo));
  // 3. Roots of small numbers have no bits behind 31: those go into the value.
  const Reg zero = b.whole(0), right = b.op(PpuOpcode::isub, b.whole(11), b.op(PpuOpcode::sar, pairs, one));
  const Reg left = b.op(PpuOpcode::imax, b.op(PpuOpcode::isub, zero, right), zero);
  const Reg scaled = b.op(PpuOpcode::shl, value, left);
  return {choose(b, PpuOpcode::ile, x, one, b.whole(kHigh), scaled), b.op(PpuOpcode::imax, right, zero)};
}

}  // namespace trireme::tflite_ppu
