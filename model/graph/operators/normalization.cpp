// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"
#include "support/text.h"

namespace trireme {
namespace {

// data [n,c,…], then gamma, beta, mean, variance [c]: (x - mean) / sqrt(variance + eps) * gamma + beta
std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  const float eps = attributes<BatchNormAttributes>(node).eps;
  if (!std::isfinite(eps)) throw Error({}, "epsilon is " + shortest(eps), "a finite number");
  const Value& data = input_of(graph, node, 0);
  if (data.shape.size() < 2) {
    throw Error({}, "input '" + printable(data.name) + "' has the shape " + to_string(data.shape),
                "at least batch and channels");
  }
  constexpr const char* kNames[] = {"gamma", "beta", "mean", "variance"};
  for (std::size_t i = 0; i < 4; ++i) require_shape(input_of(graph, node, i + 1), {data.shape[1]}, kNames[i]);
  return same_as_float_input(graph, node);
}

std::string print(const Node& node) { return "eps=" + shortest(attributes<BatchNormAttributes>(node).eps); }

}  // namespace

const OperatorFamily& normalization_operators() {
  static const OperatorFamily rows = {{"batchnormalize", 5, 5, infer, nullptr, print}};
  return rows;
}

}  // namespace trireme
