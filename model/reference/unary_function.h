// SPDX-License-Identifier: Apache-2.0
// Functions of one real number: every activation and unary operator, with its parameters.
#pragma once

#include "model/graph/graph.h"

namespace trireme {

struct UnaryFunction {
  double (*apply)(double x, double alpha, double beta) = nullptr;
  double alpha = 0, beta = 0;

  double operator()(double x) const { return apply(x, alpha, beta); }
};

// apply is null if the operator is no function of one number.
UnaryFunction unary_function_of(const Node& node);

}  // namespace trireme
