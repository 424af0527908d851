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

// [..., m, k] by [..., k, n]; a vector in front is one row, behind one column, and that axis vanishes.
std::vector<ValueType> infer_matmul(const Graph& graph, const Node& node) {
  require_float(graph, node);
  require_alike(graph, node, 0);
  return {{input_of(graph, node, 0).dtype,
           matmul_shape(input_of(graph, node, 0).shape, input_of(graph, node, 1).shape)}};
}

std::int64_t count_matmul(const Graph& graph, const Node& node) {
  const Shape& output = graph.values[node.outputs[0]].shape;
  return saturating_multiply(element_count(output), input_of(graph, node, 0).shape.back());
}

}  // namespace

Shape matmul_shape(const Shape& a, const Shape& b) {
  if (a.empty() || b.empty()) throw Error({}, "it multiplies a single number", "vectors and matrices");
  const std::int64_t rows = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (a.back() != rows) {
    throw Error({}, "the shapes " + to_string(a) + " and " + to_string(b) + " do not fit together",
                "as many columns of the first as rows of the second");
  }
  const auto batch = [](const Shape& s) { return Shape(s.begin(), s.size() > 2 ? s.end() - 2 : s.begin()); };
  Shape output = broadcast_shape(batch(a), batch(b));
  if (a.size() > 1) output.push_back(a[a.size() - 2]);
  if (b.size() > 1) output.push_back(b.back());
  return output;
}

const OperatorFamily& dense_operators() {
  static const OperatorFamily rows = {{"fullconnect", 2, 3, infer, count_macs, print, normalize},
                                      {"matmul", 2, 2, infer_matmul, count_matmul}};
  return rows;
}

}  // namespace trireme
