// SPDX-License-Identifier: Apache-2.0
#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

void require_codes(const Value& value, const char* what) {
  if (value.quantization.quantized()) return;
  throw Error({}, std::string("the ") + what + " '" + printable(value.name) + "' has no scale");
}

std::vector<ValueType> infer_quantize(const Graph& graph, const Node& node) {
  require_codes(graph.values[node.outputs.at(0)], "output");
  return same_as_float_input(graph, node);
}

std::vector<ValueType> infer_dequantize(const Graph& graph, const Node& node) {
  require_codes(input_of(graph, node, 0), "input");
  return {{DataType::float32, input_of(graph, node, 0).shape}};
}

}  // namespace

const OperatorFamily& quantization_operators() {
  static const OperatorFamily rows = {{"quantize", 1, 1, infer_quantize},
                                      {"dequantize", 1, 1, infer_dequantize}};
  return rows;
}

}  // namespace trireme
