// SPDX-License-Identifier: Apache-2.0
// Two inputs (where: three), element by element, with broadcasting.
#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

Shape broadcast_of_two(const Graph& graph, const Node& node) {
  require_alike(graph, node, 0);
  return broadcast_shape(input_of(graph, node, 0).shape, input_of(graph, node, 1).shape);
}

std::vector<ValueType> infer_arithmetic(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_number, "a number");
  return {{input_of(graph, node, 0).dtype, broadcast_of_two(graph, node)}};
}

std::vector<ValueType> infer_comparison(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_number, "a number");
  return {{DataType::boolean, broadcast_of_two(graph, node)}};
}

std::vector<ValueType> infer_equal(const Graph& graph, const Node& node) {
  require_type(
      graph, node, 0, [](DataType type) { return is_number(type) || is_boolean(type); },
      "a number or a boolean");
  return {{DataType::boolean, broadcast_of_two(graph, node)}};
}

std::vector<ValueType> infer_logical(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_boolean, "a boolean");
  return {{DataType::boolean, broadcast_of_two(graph, node)}};
}

// condition, a, b
std::vector<ValueType> infer_where(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_boolean, "a boolean");
  require_alike(graph, node, 1);
  const Value& a = input_of(graph, node, 1);
  const Shape values = broadcast_shape(a.shape, input_of(graph, node, 2).shape);
  return {{a.dtype, broadcast_shape(input_of(graph, node, 0).shape, values)}};
}

}  // namespace

const OperatorFamily& elementwise_operators() {
  static const OperatorFamily rows = {
      {"add", 2, 2, infer_arithmetic},
      {"subtract", 2, 2, infer_arithmetic},
      {"multiply", 2, 2, infer_arithmetic},
      {"divide", 2, 2, infer_arithmetic},
      {"pow", 2, 2, infer_arithmetic},
      {"maximum", 2, 2, infer_arithmetic},
      {"minimum", 2, 2, infer_arithmetic},
      {"mod", 2, 2, infer_arithmetic},
      {"fmod", 2, 2, infer_arithmetic},
      {"prelu", 2, 2, infer_arithmetic},
      {"equal", 2, 2, infer_equal},
      {"not_equal", 2, 2, infer_equal},
      {"greater", 2, 2, infer_comparison},
      {"greater_equal", 2, 2, infer_comparison},
      {"less", 2, 2, infer_comparison},
      {"less_equal", 2, 2, infer_comparison},
      {"logical_and", 2, 2, infer_logical},
      {"logical_or", 2, 2, infer_logical},
      {"logical_xor", 2, 2, infer_logical},
      {"where", 3, 3, infer_where},
      {"squared_difference", 2, 2, infer_arithmetic},
  };
  return rows;
}

}  // namespace trireme
