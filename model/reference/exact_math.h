// SPDX-License-Identifier: Apache-2.0
// Elementary functions by plain IEEE double arithmetic: the same bits on every machine and compiler, which no
// libm promises. The error of exp, tanh and sigmoid stays below 2 units in the last place, that of the others
// far below half a unit of float32 (tests/model/reference_exact_math.cpp has the bounds).
#pragma once

namespace trireme {

double exact_exp(double x);
double exact_expm1(double x);  // e^x - 1
double exact_tanh(double x);
double exact_sigmoid(double x);  // 1 / (1 + e^-x)

double exact_log(double x);
double exact_log1p(double x);          // log(1 + x)
double exact_softplus(double x);       // log(1 + e^x)
double exact_pow(double x, double y);  // special cases as IEEE 754 defines pow
double exact_sinh(double x);
double exact_cosh(double x);
double exact_asinh(double x);
double exact_acosh(double x);
double exact_atanh(double x);

double exact_sin(double x);  // any finite x, reduced by as many digits of 2/pi as it takes
double exact_cos(double x);
double exact_tan(double x);
double exact_asin(double x);
double exact_acos(double x);
double exact_atan(double x);

double exact_erf(double x);
double exact_erfc(double x);  // 1 - erf(x), without its cancellation

}  // namespace trireme
