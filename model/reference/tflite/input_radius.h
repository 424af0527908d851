// SPDX-License-Identifier: Apache-2.0
// Inputs of functions in fixed point.
#pragma once

#include <cstdint>

namespace trireme::tflite {

// The largest input that, times a factor of shift `left_shift`, keeps inside `integer_bits` integer bits of
// `total_bits`.
inline std::int32_t input_radius(int integer_bits, int left_shift, int total_bits) {
  const double radius = static_cast<double>((std::int64_t{1} << integer_bits) - 1) *
                        static_cast<double>(std::int64_t{1} << (total_bits - integer_bits));
  double scaled = radius;
  for (int i = 0; i < left_shift; ++i) scaled /= 2;
  for (int i = 0; i > left_shift; --i) scaled *= 2;
  return scaled >= 2147483647.0 ? 2147483647 : static_cast<std::int32_t>(scaled);
}

}  // namespace trireme::tflite
