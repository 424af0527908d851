// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

// data [d0,…,d(axis-1), rest…], weight [out, product(rest)], bias [out] -> [d0,…,d(axis-1), out]
std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const std::int64_t axis = attributes<FullconnectAttributes>(node).axis;
  const Value& data = input_of(graph, node, 0);
  const Value& weight = input_of(graph, node, 1);
  require_rank(weight, 2, "weight");
  const auto rows = data.shape.begin() + axis;
  require_shape(weight, {weight.shape[0], element_count(Shape(rows, data.shape.end()))}, "weight");
  if (has_input(node, 2)) require_shape(input_of(graph, node, 2), {weight.shape[0]}, "bias");
  Shape output(data.shape.begin(), rows);
  output.push_back(weight.shape[0]);
  return {{data.dtype, std::move(output)}};
}

std::int64_t count_macs(const Graph& graph, const Node& node) {
  const Shape& weight = input_of(graph, node, 1).shape;
  const Shape& output = graph.values[node.outputs[0]].shape;
  return saturating_multiply(element_count(output), weight[1]);
}

std::string print(const Node& node) {
  return fmt::format("axis={}", attributes<FullconnectAttributes>(node).axis);
}

void normalize(const Graph& graph, Node& node) {
  FullconnectAttributes a = attributes<FullconnectAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

}  // namespace

const OperatorFamily& dense_operators() {
  static const OperatorFamily rows = {{"fullconnect", 2, 3, infer, count_macs, print, normalize}};
  return rows;
}

}  // namespace trireme
