// SPDX-License-Identifier: Apache-2.0
#include "model/reference/exact_math.h"

#include <cstdint>
#include <cstring>
#include <limits>

namespace trireme {

namespace {

// ln 2 in two parts (Cody and Waite): the first has 21 trailing zero bits, so k * kLn2High is exact for |k| <
// 2^21.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kLog2E = 0x1.71547652b82fep+0;

double power_of_two(int exponent) {  // -1022 to 1023
  const auto bits = static_cast<std::uint64_t>(exponent + 1023) << 52;
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// 1/first! + x/(first + 1)! + … + x^(last - first)/last!
double exponential_series(double x, int first, int last) {
  double sum = 0;
  double factorial = 1;
  for (int i = 2; i <= last; ++i) factorial *= i;  // exact to 22!
  for (int i = last; i >= first; --i) {
    sum = sum * x + 1.0 / factorial;
    factorial /= i;
  }
  return sum;
}

}  // namespace

// 1. k = round(x / ln 2), r + r_low = x - k ln 2, |r| <= 0.347. 2. e^r = 1 + r + r^2 (1/2! + …), to r^14: the
// rest is below 2^-60. 3. Scale by 2^k, in two steps so that results below the normal range round once.
double exact_exp(double x) {
  if (x != x) return x;
  if (x > 709.8) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  const auto k = static_cast<int>(x * kLog2E + (x < 0 ? -0.5 : 0.5));
  const double high = x - k * kLn2High;
  const double r = high - k * kLn2Low;
  const double r_low = (high - r) - k * kLn2Low;
  const double mantissa = 1.0 + (r + (r * r * exponential_series(r, 2, 14) + r_low));
  const int first = k / 2;
  return mantissa * power_of_two(first) * power_of_two(k - first);
}

// The series where the difference would cancel; it is below 2^-60 of its first term after x^20 / 21!.
double exact_expm1(double x) {
  return x > -0.7 && x < 0.7 ? x * exponential_series(x, 1, 20) : exact_exp(x) - 1;
}

// With y = 2|x| and e = e^y - 1: tanh|x| = e / (e + 2). Where e is small it is y + c, c = y^2/2 + y^3 t, and
// then tanh|x| = |x| + (y^3 t - |x| c) / (e + 2): the quotient is small, so its rounding hardly counts.
double exact_tanh(double x) {
  if (x != x) return x;
  const double magnitude = x < 0 ? -x : x;
  const double y = 2 * magnitude;
  double result = 1;  // 1 - 2 e^-44 rounds to 1
  if (y < 1.1) {
    const double t = exponential_series(y, 3, 20);
    const double c = y * y * (0.5 + y * t);
    result = magnitude + (y * y * y * t - magnitude * c) / (y + c + 2);
  } else if (y <= 44) {
    const double e = exact_exp(y) - 1;
    result = e / (e + 2);
  }
  return x < 0 ? -result : result;
}

double exact_sigmoid(double x) {
  if (x >= 0) return 1 / (1 + exact_exp(-x));
  const double e = exact_exp(x);
  // e / (1 + e) = e - e^2 / (1 + e): where e is small the quotient hardly counts, nor does its rounding.
  return e < 0.25 ? e - e * e / (1 + e) : e / (1 + e);
}

}  // namespace trireme
