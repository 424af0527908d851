// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

// data [n,c,h,w], weight [out,c/groups,kh,kw], bias [out] -> [n,out,oh,ow]
std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const auto& a = attributes<ConvolutionAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  const Value& weight = input_of(graph, node, 1);
  require_rank(data, 4, "input");
  require_rank(weight, 4, "weight");
  const std::int64_t channels = data.shape[1];
  const std::int64_t outputs = weight.shape[0];
  if (a.groups < 1 || channels % a.groups != 0 || outputs % a.groups != 0) {
    throw Error({}, fmt::format("{} groups of {} input and {} output channels", a.groups, channels, outputs),
                "the number of groups must divide both");
  }
  require_shape(weight, {outputs, channels / a.groups, a.window.kernel_h, a.window.kernel_w}, "weight");
  if (has_input(node, 2)) require_shape(input_of(graph, node, 2), {outputs}, "bias");
  return {{data.dtype, window_output_shape(data.shape, a.window, outputs, false)}};
}

// Every output element takes one multiplication a weight of its kernel.
std::int64_t count_macs(const Graph& graph, const Node& node) {
  const Shape& weight = input_of(graph, node, 1).shape;
  const Shape& output = graph.values[node.outputs[0]].shape;
  return saturating_multiply(element_count(output), weight[1] * weight[2] * weight[3]);
}

std::string print(const Node& node) {
  const auto& a = attributes<ConvolutionAttributes>(node);
  return print_window(a.window) + (a.groups == 1 ? "" : fmt::format(" groups={}", a.groups));
}

}  // namespace

const OperatorFamily& convolution_operators() {
  static const OperatorFamily rows = {{"convolution", 2, 3, infer, count_macs, print}};
  return rows;
}

}  // namespace trireme
