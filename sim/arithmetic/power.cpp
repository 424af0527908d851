// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/power.h"

#include <algorithm>
#include <cmath>

namespace trireme {

namespace {

// ln 2 in two parts, the first of 32 bits: times an exponent of a double it is exact.
constexpr double kLn2High = 0x1.62e42feep-1, kLn2Low = 0x1.a39ef35793c76p-33;

// e^r for |r| <= 0.36 by its series: the rest after r^14 is below 2^-60.
double small_exponential(double r) {
  double sum = 1;
  for (int n = 14; n > 0; --n) sum = 1 + sum * r / n;
  return sum;
}

// x = k ln 2 + r. Beyond 800 the result has long left the range of a double.
double exponential(double x) {
  x = std::clamp(x, -800.0, 800.0);
  const double k = std::nearbyint(x / (kLn2High + kLn2Low));
  return std::ldexp(small_exponential((x - k * kLn2High) - k * kLn2Low), static_cast<int>(k));
}

// base = m 2^k with m in [0.7, 1.4]; log m is the zero of e^y - m, by Halley's steps y += 2 (m - e^y) / (m +
// e^y): the first of them, from 0, is 0.004 off, and each takes the error to the third power / 12.
double logarithm(double base) {
  int k = 0;
  double m = std::frexp(base, &k);
  if (m < 0.7) m *= 2, --k;
  double y = 0;
  for (int step = 0; step < 4; ++step) {
    const double e = small_exponential(y);
    y += 2 * (m - e) / (m + e);
  }
  return k * kLn2High + (k * kLn2Low + y);
}

}  // namespace

double power(double base, double exponent) { return exponential(exponent * logarithm(base)); }

}  // namespace trireme
