// SPDX-License-Identifier: Apache-2.0
// Logarithms, powers and the hyperbolic functions that are made of them.
#include <cmath>
#include <limits>

#include "model/reference/exact_math.h"

namespace trireme {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLn2High = 0x1.62e42fee00000p-1;  // 21 trailing zero bits: k * kLn2High is exact
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// log((1 + s) / (1 - s)) = 2 (s + s^3/3 + s^5/5 + …) for |s| <= 0.172: the rest is below 2^-60 after s^23.
double twice_atanh(double s) {
  const double square = s * s;
  double sum = 0;
  for (int i = 23; i >= 3; i -= 2) sum = (sum + 1.0 / i) * square;
  return 2 * s + 2 * s * sum;
}

bool is_odd(double whole) { return std::fabs(std::fmod(whole, 2.0)) == 1.0; }

// x^n by squaring: exact while the result is, as 3^2 = 9.
double integer_power(double x, int n) {
  double result = 1;
  for (double factor = x; n > 0; n >>= 1, factor *= factor) {
    if (n % 2 != 0) result *= factor;
  }
  return result;
}

}  // namespace

// x = m 2^k with m in [sqrt 1/2, sqrt 2): log x = k ln 2 + log m, s = (m - 1) / (m + 1). frexp is exact.
double exact_log(double x) {
  if (x != x || x < 0) return kNan;
  if (x == 0) return -kInfinite;
  if (x == kInfinite) return x;
  int k = 0;
  double m = std::frexp(x, &k);
  if (m < 0x1.6a09e667f3bcdp-1) m *= 2, --k;
  return k * kLn2High + (k * kLn2Low + twice_atanh((m - 1) / (m + 1)));
}

double exact_log1p(double x) { return x > -0.29 && x < 0.41 ? twice_atanh(x / (2 + x)) : exact_log(1 + x); }

double exact_softplus(double x) { return x > 0 ? x + exact_log1p(exact_exp(-x)) : exact_log1p(exact_exp(x)); }

double exact_pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return kNan;
  const bool whole = std::fabs(y) == kInfinite || std::floor(y) == y;
  const double magnitude = std::fabs(x);
  if (x < 0 && !whole && magnitude != kInfinite) return kNan;
  const double sign = std::signbit(x) && whole && std::fabs(y) != kInfinite && is_odd(y) ? -1 : 1;
  if (magnitude == 1) return sign;
  if (magnitude == 0) return y < 0 ? sign * kInfinite : sign * 0.0;
  if (whole && y > 0 && y <= 64) return sign * integer_power(magnitude, static_cast<int>(y));
  if (whole && y < 0 && y >= -64) return sign / integer_power(magnitude, static_cast<int>(-y));
  if (y == 0.5) return std::sqrt(magnitude);  // IEEE 754 rounds it correctly
  return sign * exact_exp(y * exact_log(magnitude));
}

// (e^x - e^-x) / 2 with d = e^|x| - 1: (d + d / (d + 1)) / 2.
double exact_sinh(double x) {
  const double d = exact_expm1(std::fabs(x));
  return std::copysign(d > 0x1p60 ? d / 2 : (d + d / (d + 1)) / 2, x);
}

double exact_cosh(double x) {
  const double e = exact_exp(std::fabs(x));
  return (e + 1 / e) / 2;
}

// log(|x| + sqrt(x^2 + 1)); the argument minus one is |x| + x^2 / (1 + sqrt(x^2 + 1)).
double exact_asinh(double x) {
  const double a = std::fabs(x);
  if (a > 0x1p500) return std::copysign(exact_log(a) + exact_log(2), x);  // a * a would overflow
  return std::copysign(exact_log1p(a + a * a / (1 + std::sqrt(a * a + 1))), x);
}

double exact_acosh(double x) {
  if (x > 0x1p500) return exact_log(x) + exact_log(2);
  const double t = x - 1;
  if (t < 0) return kNan;
  return exact_log1p(t + std::sqrt(2 * t + t * t));
}

double exact_atanh(double x) {
  const double a = std::fabs(x);
  return std::copysign(exact_log1p(2 * a / (1 - a)) / 2, x);
}

}  // namespace trireme
