// SPDX-License-Identifier: Apache-2.0
// For the tables of exponentials that TensorFlow Lite makes with its host's floating point.
#pragma once

#include <cmath>

namespace trireme::tflite_ppu {

// e^x of x <= 0 to the last bits of a double: x = k ln 2 + r, and the series of e^r to r^18.
inline double real_exponential(double x) {
  if (x < -700) return 0;
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  const double k = std::floor(x * 0x1.71547652b82fep+0 + 0.5);
  const double r = x - k * kLn2High - k * kLn2Low;
  double series = 1;
  for (int i = 18; i > 0; --i) series = 1 + series * r / i;
  return std::ldexp(series, static_cast<int>(k));
}

}  // namespace trireme::tflite_ppu
