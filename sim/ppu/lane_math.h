// SPDX-License-Identifier: Apache-2.0
// Inside sim/ppu only: what one lane computes. Every function is defined for all inputs and uses no library
// function whose bits could differ between machines.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace trireme::lane {

inline float as_float(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline std::uint32_t as_bits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline std::int32_t as_int(std::uint32_t bits) { return static_cast<std::int32_t>(bits); }
inline std::uint32_t as_bits(std::int32_t value) { return static_cast<std::uint32_t>(value); }

// Which NaN an addition returns depends on machine and operand order, so there is only one.
inline std::uint32_t float_result(float value) { return value != value ? 0x7FC00000u : as_bits(value); }

// Adding and taking away 2^23 leaves the nearest integer, ties to even; from 2^23 on all floats are integers.
inline float round_nearest_even(float value) {
  constexpr float two_23 = 8388608.0f;
  const float magnitude = as_float(as_bits(value) & 0x7FFFFFFFu);
  if (!(magnitude < two_23)) return value;
  const float rounded = (magnitude + two_23) - two_23;
  return as_float(as_bits(rounded) | (as_bits(value) & 0x80000000u));  // -0.3 becomes -0
}

// Clamped before it is converted, so that the conversion is defined in every lane and the loop has no branch.
inline std::int32_t float_to_int(float value) {
  const float rounded = round_nearest_even(value);
  const bool above = rounded >= 2147483648.0f, below = !(rounded >= -2147483648.0f);
  const auto inside = static_cast<std::int32_t>(above || below ? 0.0f : rounded);
  const std::int32_t low = rounded != rounded ? 0 : std::numeric_limits<std::int32_t>::min();
  return above ? std::numeric_limits<std::int32_t>::max() : below ? low : inside;
}

// The nearest integer, and one less if that was above. From 2^23 on all floats are integers; -0 stays.
inline float floor_of(float value) {
  const float rounded = round_nearest_even(value);
  const float result = rounded > value ? rounded - 1.0f : rounded;
  return as_float(as_bits(result) | (as_bits(value) & 0x80000000u));
}

inline std::uint32_t fmax(std::uint32_t a, std::uint32_t b) { return as_float(a) > as_float(b) ? a : b; }
inline std::uint32_t fmin(std::uint32_t a, std::uint32_t b) { return as_float(a) < as_float(b) ? a : b; }

// IEEE 754 requires the square root to be correctly rounded, so this library function has only one result.
inline float square_root(float value) { return std::sqrt(value); }

inline std::uint32_t shift_right_arithmetic(std::uint32_t value, std::uint32_t by) {
  const std::uint32_t sign = (value & 0x80000000u) != 0 && by != 0 ? ~(0xFFFFFFFFu >> by) : 0;
  return (value >> by) | sign;
}

inline std::int64_t wide_product(std::uint32_t a, std::uint32_t b) {
  return std::int64_t{as_int(a)} * std::int64_t{as_int(b)};
}

inline std::uint32_t multiply_high(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(wide_product(a, b)) >> 32);
}

// The sum is at most 2^62 + 2^30: only that of the two smallest numbers does not fit, 2^31 after the shift.
inline std::uint32_t multiply_round_high(std::uint32_t a, std::uint32_t b) {
  const auto sum = static_cast<std::uint64_t>(wide_product(a, b) + (std::int64_t{1} << 30));
  const auto high = static_cast<std::uint32_t>(sum >> 31);
  return a == 0x80000000u && b == 0x80000000u ? 0x7FFFFFFFu : high;
}

// In double, whose quotient of two 32-bit integers is an integer only if the true one is (that is at least
// 2^-31 of itself away from the next integer otherwise) and so has the same integer part.
inline std::uint32_t divide(std::uint32_t a, std::uint32_t b) {
  const double divisor = b == 0 ? 1.0 : static_cast<double>(as_int(b));
  const double quotient = static_cast<double>(as_int(a)) / divisor;
  const double fitting = quotient > 2147483647.0 ? -2147483648.0 : quotient;
  const auto whole = static_cast<std::uint32_t>(static_cast<std::int32_t>(fitting));
  return b == 0 ? 0 : whole;
}

}  // namespace trireme::lane
