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

inline std::int32_t float_to_int(float value) {
  const float rounded = round_nearest_even(value);
  if (rounded != rounded) return 0;
  if (rounded >= 2147483648.0f) return std::numeric_limits<std::int32_t>::max();
  if (rounded < -2147483648.0f) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(rounded);
}

inline std::uint32_t fmax(std::uint32_t a, std::uint32_t b) { return as_float(a) > as_float(b) ? a : b; }
inline std::uint32_t fmin(std::uint32_t a, std::uint32_t b) { return as_float(a) < as_float(b) ? a : b; }

// IEEE 754 requires the square root to be correctly rounded, so this library function has only one result.
inline float square_root(float value) { return std::sqrt(value); }

inline std::uint32_t shift_right_arithmetic(std::uint32_t value, std::uint32_t by) {
  const std::uint32_t sign = (value & 0x80000000u) != 0 && by != 0 ? ~(0xFFFFFFFFu >> by) : 0;
  return (value >> by) | sign;
}

}  // namespace trireme::lane
