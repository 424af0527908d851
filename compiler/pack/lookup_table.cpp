// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/lookup_table.h"

#include <numeric>

#include "model/reference/execute.h"

namespace trireme {

namespace {

ValueId add_codes(Graph& graph, const std::string& name, const Value& like, const Shape& shape) {
  Value value;
  value.name = name;
  value.shape = shape;
  value.quantization = like.quantization;
  return graph.add_value(std::move(value));
}

}  // namespace

Bytes lookup_table(const Graph& graph, const Node& node, RequantRule rule, Ties ties) {
  constexpr std::int64_t kCodes = 256;
  const Shape shape = {1, kCodes};
  Graph single;
  const ValueId in = add_codes(single, "in", graph.values[node.inputs[0]], shape);
  const ValueId out = add_codes(single, "out", graph.values[node.outputs[0]], shape);
  single.inputs = {in};
  single.outputs = {out};
  Node copy = node;
  copy.inputs = {in};
  copy.outputs = {out};
  single.add_node(std::move(copy));
  Tensor codes(graph.values[node.inputs[0]].quantization.dtype, shape);  // entry i: of the code with byte i
  std::iota(codes.bytes.begin(), codes.bytes.end(), std::uint8_t{0});
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  options.ties = ties;
  return execute(single, {codes}, options).front().bytes;
}

}  // namespace trireme
