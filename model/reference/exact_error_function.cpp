// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/reference/exact_math.h"

namespace trireme {

namespace {

constexpr double kTwoOverSqrtPi = 0x1.20dd750429b6dp+0;
constexpr double kLargeFrom = 2.5;

// erf x = 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (1 3 5 … (2n+1)): all terms are positive, nothing cancels.
double series(double x) {
  double term = x;
  double sum = x;
  for (int n = 1; term > sum * 0x1p-60; ++n) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return kTwoOverSqrtPi * exact_exp(-x * x) * sum;
}

// erfc x = e^(-x^2) / (x sqrt(pi)) 1 / (1 + 1/(2x^2) / (1 + 2/(2x^2) / (1 + …))), evaluated from the inside.
double continued_fraction(double x) {
  const double step = 1 / (2 * x * x);
  double fraction = 1;
  for (int n = 120; n > 0; --n) fraction = 1 + n * step / fraction;
  return kTwoOverSqrtPi / 2 * exact_exp(-x * x) / (x * fraction);
}

}  // namespace

double exact_erf(double x) {
  if (x != x || x == 0) return x;
  const double a = std::fabs(x);
  return std::copysign(a < kLargeFrom ? series(a) : 1 - continued_fraction(a), x);
}

double exact_erfc(double x) {
  if (x != x) return x;
  if (x < 0.5) return 1 - exact_erf(x);
  return x < kLargeFrom ? 1 - series(x) : x < 40 ? continued_fraction(x) : 0;
}

}  // namespace trireme
