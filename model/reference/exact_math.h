// SPDX-License-Identifier: Apache-2.0
// Elementary functions by plain IEEE double arithmetic: the same bits on every machine and compiler, which no
// libm promises. The error stays below 2 units in the last place (tests/model/reference_exact_math.cpp).
#pragma once

namespace trireme {

double exact_exp(double x);
double exact_tanh(double x);
double exact_sigmoid(double x);  // 1 / (1 + e^-x)

}  // namespace trireme
