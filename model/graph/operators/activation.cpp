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
  require_type(graph, node, 0, is_number, "a number");
  return same_as_input(graph, node);
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

void require_finite(std::initializer_list<float> parameters) {
  for (const float parameter : parameters) {
    if (!std::isfinite(parameter))
      throw Error({}, "a parameter is " + shortest(parameter), "a finite number");
  }
}

std::vector<ValueType> infer_elu(const Graph& graph, const Node& node) {
  require_finite({attributes<EluAttributes>(node).alpha});
  return same_as_float_input(graph, node);
}

// alpha divides.
std::vector<ValueType> infer_celu(const Graph& graph, const Node& node) {
  if (attributes<EluAttributes>(node).alpha == 0) throw Error({}, "alpha is 0", "any other number");
  return infer_elu(graph, node);
}

std::string print_elu(const Node& node) { return "alpha=" + shortest(attributes<EluAttributes>(node).alpha); }

std::vector<ValueType> infer_selu(const Graph& graph, const Node& node) {
  const auto& a = attributes<SeluAttributes>(node);
  require_finite({a.alpha, a.gamma});
  return same_as_float_input(graph, node);
}

std::string print_selu(const Node& node) {
  const auto& a = attributes<SeluAttributes>(node);
  return "alpha=" + shortest(a.alpha) + " gamma=" + shortest(a.gamma);
}

std::vector<ValueType> infer_hard_sigmoid(const Graph& graph, const Node& node) {
  const auto& a = attributes<HardSigmoidAttributes>(node);
  require_finite({a.alpha, a.beta});
  return same_as_float_input(graph, node);
}

std::string print_hard_sigmoid(const Node& node) {
  const auto& a = attributes<HardSigmoidAttributes>(node);
  return "alpha=" + shortest(a.alpha) + " beta=" + shortest(a.beta);
}

std::vector<ValueType> infer_swish(const Graph& graph, const Node& node) {
  require_finite({attributes<SwishAttributes>(node).beta});
  return same_as_float_input(graph, node);
}

std::string print_swish(const Node& node) {
  return "beta=" + shortest(attributes<SwishAttributes>(node).beta);
}

std::string print_gelu(const Node& node) {
  return attributes<GeluAttributes>(node).tanh_approximation ? "tanh_approximation" : "";
}

std::vector<ValueType> infer_threshold(const Graph& graph, const Node& node) {
  require_finite({attributes<ThresholdAttributes>(node).alpha});
  return same_as_float_input(graph, node);
}

std::string print_threshold(const Node& node) {
  return "alpha=" + shortest(attributes<ThresholdAttributes>(node).alpha);
}

std::vector<ValueType> infer_relu(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_number, "a number");
  return same_as_input(graph, node);
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
      {"relu", 1, 1, infer_relu},
      {"elu", 1, 1, infer_elu, nullptr, print_elu},
      {"celu", 1, 1, infer_celu, nullptr, print_elu},
      {"selu", 1, 1, infer_selu, nullptr, print_selu},
      {"hard_sigmoid", 1, 1, infer_hard_sigmoid, nullptr, print_hard_sigmoid},
      {"swish", 1, 1, infer_swish, nullptr, print_swish},
      {"gelu", 1, 1, same_as_float_input, nullptr, print_gelu},
      {"thresholdedrelu", 1, 1, infer_threshold, nullptr, print_threshold},
      {"relun", 1, 1, infer_clip, nullptr, print_clip},
      {"leakyrelu", 1, 1, infer_leaky_relu, nullptr, print_leaky_relu},
      {"sigmoid", 1, 1, same_as_float_input},
      {"tanh", 1, 1, same_as_float_input},
      {"softmax", 1, 1, same_as_float_input, nullptr, print_softmax, normalize_softmax},
  };
  return rows;
}

}  // namespace trireme
