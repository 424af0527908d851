// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/lookup_table.h"

#include <numeric>

#include "compiler/plan/plan.h"
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

// A constant of one element, whatever axes it had.
ValueId add_number(Graph& graph, const Value& like) {
  Value value = like;
  value.name = "number";
  value.shape = {1};
  Tensor tensor = *like.constant;
  tensor.shape = {1};
  value.constant = std::make_shared<const Tensor>(std::move(tensor));
  value.producer = kNone;
  return graph.add_value(std::move(value));
}

}  // namespace

Bytes lookup_table(const Graph& graph, const Node& node, RequantRule rule, Ties ties) {
  constexpr std::int64_t kCodes = 256;
  const Shape shape = {1, kCodes};
  Graph single;
  const Value& data = graph.values[data_input(graph, node)];
  const ValueId in = add_codes(single, "in", data, shape);
  const ValueId out = add_codes(single, "out", graph.values[node.outputs[0]], shape);
  single.inputs = {in};
  single.outputs = {out};
  Node copy = node;
  for (ValueId& id : copy.inputs) {
    const Value& value = graph.values[id];
    id = value.constant == nullptr ? in : add_number(single, value);
  }
  copy.outputs = {out};
  single.add_node(std::move(copy));
  Tensor codes(data.quantization.dtype, shape);  // entry i: of the code with byte i
  std::iota(codes.bytes.begin(), codes.bytes.end(), std::uint8_t{0});
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  options.ties = ties;
  return execute(single, {codes}, options).front().bytes;
}

}  // namespace trireme
