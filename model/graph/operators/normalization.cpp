// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

void require_finite_eps(const NormAttributes& a) {
  if (!std::isfinite(a.eps)) throw Error({}, "epsilon is " + shortest(a.eps), "a finite number");
}

// gamma and beta [c], one a channel
std::vector<ValueType> infer_by_channel(const Graph& graph, const Node& node) {
  const auto& a = attributes<NormAttributes>(node);
  require_finite_eps(a);
  const Shape& data = input_of(graph, node, 0).shape;
  const std::int64_t groups = node.op == "groupnormalize" ? a.groups : 1;
  if (data.size() < 2 || groups < 1 || data[1] % groups != 0) {
    throw Error({}, "the shape " + to_string(data) + " in " + std::to_string(groups) + " groups",
                "at least batch and channels, and groups of as many channels each");
  }
  constexpr const char* kNames[] = {"data", "gamma", "beta"};
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (has_input(node, i)) require_shape(input_of(graph, node, i), {data[1]}, kNames[i]);
  }
  return same_as_float_input(graph, node);
}

// gamma and beta are broadcast to the data
std::vector<ValueType> infer_from_axis(const Graph& graph, const Node& node) {
  require_finite_eps(attributes<NormAttributes>(node));
  const Shape& data = input_of(graph, node, 0).shape;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) continue;
    const Shape& parameter = input_of(graph, node, i).shape;
    bool fits = parameter.size() <= data.size();
    for (std::size_t d = 0; fits && d < parameter.size(); ++d) {
      fits = parameter[d] == 1 || parameter[d] == data[data.size() - parameter.size() + d];
    }
    if (!fits) throw Error({}, "gamma or beta of " + to_string(parameter) + " for " + to_string(data));
  }
  return same_as_float_input(graph, node);
}

std::vector<ValueType> infer_l2(const Graph& graph, const Node& node) {
  const std::int64_t p = attributes<NormAttributes>(node).p;
  if (p != 1 && p != 2) throw Error({}, "p is " + std::to_string(p), "1 or 2");
  return same_as_float_input(graph, node);
}

void normalize_norm(const Graph& graph, Node& node) {
  NormAttributes a = attributes<NormAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

std::string print_norm(const Node& node) {
  const auto& a = attributes<NormAttributes>(node);
  if (node.op == "l2normalize") return fmt::format("axis={} p={}", a.axis, a.p);
  if (node.op == "groupnormalize") return fmt::format("groups={} eps={}", a.groups, shortest(a.eps));
  if (node.op == "instancenormalize") return "eps=" + shortest(a.eps);
  return fmt::format("axis={} eps={}", a.axis, shortest(a.eps));
}

std::string print_lrn(const Node& node) {
  const auto& a = attributes<LrnAttributes>(node);
  return fmt::format("size={} alpha={} beta={} bias={}", a.size, shortest(a.alpha), shortest(a.beta),
                     shortest(a.bias));
}

std::vector<ValueType> infer_lrn(const Graph& graph, const Node& node) {
  const auto& a = attributes<LrnAttributes>(node);
  const bool finite = std::isfinite(a.alpha) && std::isfinite(a.beta) && std::isfinite(a.bias);
  if (a.size < 1 || !finite || input_of(graph, node, 0).shape.size() < 2) {
    throw Error({}, print_lrn(node) + " on the shape " + to_string(input_of(graph, node, 0).shape),
                "a size from 1 on, finite numbers, at least batch and channels");
  }
  return same_as_float_input(graph, node);
}

void normalize_log_softmax(const Graph& graph, Node& node) {
  node.attributes = SoftmaxAttributes{
      positive_axis(attributes<SoftmaxAttributes>(node).axis, input_of(graph, node, 0).shape)};
}

std::string print_log_softmax(const Node& node) {
  return fmt::format("axis={}", attributes<SoftmaxAttributes>(node).axis);
}

}  // namespace

const OperatorFamily& normalization_operators() {
  static const OperatorFamily rows = {
      {"batchnormalize", 5, 5, infer, nullptr, print},
      {"instancenormalize", 3, 3, infer_by_channel, nullptr, print_norm},
      {"groupnormalize", 3, 3, infer_by_channel, nullptr, print_norm},
      {"layernormalize", 2, 3, infer_from_axis, nullptr, print_norm, normalize_norm},
      {"rmsnormalize", 2, 3, infer_from_axis, nullptr, print_norm, normalize_norm},
      {"l2normalize", 1, 1, infer_l2, nullptr, print_norm, normalize_norm},
      {"localresponsenormalization", 1, 1, infer_lrn, nullptr, print_lrn},
      {"log_softmax", 1, 1, same_as_float_input, nullptr, print_log_softmax, normalize_log_softmax},
  };
  return rows;
}

}  // namespace trireme
