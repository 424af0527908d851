// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"
#include "support/text.h"

namespace trireme {
namespace {

std::vector<ValueType> infer_clip(const Graph& graph, const Node& node) {
  const auto& a = attributes<ClipAttributes>(node);
  if (!std::isfinite(a.min) || !std::isfinite(a.max) || a.min > a.max) {
    throw Error({}, "clips to the range from " + shortest(a.min) + " to " + shortest(a.max),
                "finite numbers, the lower one first");
  }
  return same_as_float_input(graph, node);
}

std::string print_clip(const Node& node) {
  const auto& a = attributes<ClipAttributes>(node);
  return "min=" + shortest(a.min) + " max=" + shortest(a.max);
}

std::vector<ValueType> infer_leaky_relu(const Graph& graph, const Node& node) {
  const float ratio = attributes<LeakyReluAttributes>(node).leaky_ratio;
  if (!std::isfinite(ratio)) throw Error({}, "the slope is " + shortest(ratio), "a finite number");
  return same_as_float_input(graph, node);
}

std::string print_leaky_relu(const Node& node) {
  return "leaky_ratio=" + shortest(attributes<LeakyReluAttributes>(node).leaky_ratio);
}

std::string print_softmax(const Node& node) {
  return fmt::format("axis={}", attributes<SoftmaxAttributes>(node).axis);
}

void normalize_softmax(const Graph& graph, Node& node) {
  SoftmaxAttributes a = attributes<SoftmaxAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

}  // namespace

const OperatorFamily& activation_operators() {
  static const OperatorFamily rows = {
      {"relu", 1, 1, same_as_float_input},
      {"relun", 1, 1, infer_clip, nullptr, print_clip},
      {"leakyrelu", 1, 1, infer_leaky_relu, nullptr, print_leaky_relu},
      {"sigmoid", 1, 1, same_as_float_input},
      {"tanh", 1, 1, same_as_float_input},
      {"softmax", 1, 1, same_as_float_input, nullptr, print_softmax, normalize_softmax},
  };
  return rows;
}

}  // namespace trireme
