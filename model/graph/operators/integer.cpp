// SPDX-License-Identifier: Apache-2.0
// Operators on integers that the model itself handles as such: no value has quantization parameters.
#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

bool is_byte(DataType type) { return type == DataType::uint8 || type == DataType::int8; }

// Zero point `index` of operand `index - 2`: one for all, or one each of `count` rows, columns or channels.
void require_zero_point(const Graph& graph, const Node& node, std::size_t index, std::int64_t count) {
  if (!has_input(node, index)) return;
  const Value& zero = input_of(graph, node, index);
  const std::int64_t size = element_count(zero.shape);
  if (zero.dtype != input_of(graph, node, index - 2).dtype || (size != 1 && size != count)) {
    throw Error({}, "the zero point '" + printable(zero.name) + "' has the shape " + to_string(zero.shape),
                "one number, or " + std::to_string(count) + ", of the operand's type");
  }
}

void require_bytes(const Graph& graph, const Node& node) {
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    require_type(graph, node, i, is_byte, "an integer of 8 bits");
  }
}

std::vector<ValueType> infer_matmul(const Graph& graph, const Node& node) {
  require_bytes(graph, node);
  const Shape& a = input_of(graph, node, 0).shape;
  const Shape& b = input_of(graph, node, 1).shape;
  Shape output = matmul_shape(a, b);
  require_zero_point(graph, node, 2, a.size() == 1 ? 1 : a[a.size() - 2]);
  require_zero_point(graph, node, 3, b.size() == 1 ? 1 : b.back());
  return {{DataType::int32, std::move(output)}};
}

std::int64_t count_matmul(const Graph& graph, const Node& node) {
  const Shape& output = graph.values[node.outputs[0]].shape;
  return saturating_multiply(element_count(output), input_of(graph, node, 0).shape.back());
}

std::vector<ValueType> infer_convolution(const Graph& graph, const Node& node) {
  require_bytes(graph, node);
  Shape output = convolution_output_shape(graph, node);
  require_zero_point(graph, node, 2, 1);
  require_zero_point(graph, node, 3, output[1]);
  return {{DataType::int32, std::move(output)}};
}

// codes, scale, zero point
std::vector<ValueType> infer_dynamic_quantize(const Graph& graph, const Node& node) {
  require_float(graph, node);
  return {{DataType::uint8, input_of(graph, node, 0).shape}, {DataType::float32, {}}, {DataType::uint8, {}}};
}

}  // namespace

const OperatorFamily& integer_operators() {
  static const OperatorFamily rows = {
      {"matmul_integer", 2, 4, infer_matmul, count_matmul},
      {"convolution_integer", 2, 4, infer_convolution, convolution_macs, print_convolution},
      {"dynamic_quantize", 1, 1, infer_dynamic_quantize}};
  return rows;
}

}  // namespace trireme
