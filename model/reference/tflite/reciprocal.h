// SPDX-License-Identifier: Apache-2.0
// 1 / x of a positive fixed-point number.
#pragma once

#include <cstdint>

#include "model/reference/fixed_point.h"

namespace trireme::tflite {

inline int leading_zeros(std::uint32_t x) {
  int count = 0;
  for (std::uint32_t bit = 1U << 31; bit != 0 && (x & bit) == 0; bit >>= 1) ++count;
  return count;
}

// Copies of the sign bit beside the sign bit itself.
inline int leading_sign_bits(std::int32_t x) {
  return leading_zeros(static_cast<std::uint32_t>(x < 0 ? ~x : x)) - 1;
}

// 1 / x = value * 2^-31 * 2^-bits_over_unit, x with `integer_bits` bits before the point, value in (2^30,
// 2^31).
struct Reciprocal {
  std::int32_t value;
  int bits_over_unit;
};

// x = (1 + f) 2^bits_over_unit, and then 1 / (1 + f).
inline Reciprocal reciprocal(std::int32_t x, int integer_bits) {
  const int zeros = leading_zeros(static_cast<std::uint32_t>(x));
  const std::uint32_t fraction = (static_cast<std::uint32_t>(x) << zeros) - (1U << 31);
  return {reciprocal_of_one_plus(static_cast<std::int32_t>(fraction)), integer_bits - zeros};
}

}  // namespace trireme::tflite
