// SPDX-License-Identifier: Apache-2.0
// Rounding to integers without libm, so that every machine gives the same bits.
#pragma once

#include <cstdint>
#include <limits>

#include "model/quant/quantization.h"

namespace trireme {

// Exact: the integer part and the fraction of a double are both representable. Saturates to int64; NaN gives
// 0.
inline std::int64_t round_to_int64(double value, Ties ties) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (value != value) return 0;
  if (value >= limit) return std::numeric_limits<std::int64_t>::max();
  if (value < -limit) return std::numeric_limits<std::int64_t>::min();
  const auto whole = static_cast<std::int64_t>(value);  // towards zero
  const double fraction = value - static_cast<double>(whole);
  const double distance = fraction < 0 ? -fraction : fraction;
  const std::int64_t away = value < 0 ? -1 : 1;
  if (distance != 0.5) return distance > 0.5 ? whole + away : whole;
  if (ties == Ties::half_up) return value < 0 ? whole : whole + 1;
  if (ties == Ties::half_away) return whole + away;
  return whole % 2 == 0 ? whole : whole + away;
}

inline std::int32_t round_to_int32(double value, Ties ties) {
  const std::int64_t rounded = round_to_int64(value, ties);
  if (rounded > std::numeric_limits<std::int32_t>::max()) return std::numeric_limits<std::int32_t>::max();
  if (rounded < std::numeric_limits<std::int32_t>::min()) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(rounded);
}

}  // namespace trireme
