// SPDX-License-Identifier: Apache-2.0
#include "model/reference/tabulate.h"

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
  value.name = graph.unique_name("number");
  value.shape = {1};
  Tensor tensor = *like.constant;
  tensor.shape = {1};
  value.constant = std::make_shared<const Tensor>(std::move(tensor));
  value.producer = kNone;
  return graph.add_value(std::move(value));
}

// Element i has the bits of i.
Tensor all_codes(DataType type, const Shape& shape) {
  Tensor codes(type, shape);
  const auto width = static_cast<std::size_t>(bytes_of(type));
  for (std::size_t i = 0; i < codes.bytes.size(); ++i)
    codes.bytes[i] = static_cast<std::uint8_t>(i / width >> 8 * (i % width));
  return codes;
}

}  // namespace

Bytes tabulate(const Graph& graph, const Node& node, RequantRule rule, Ties ties) {
  Graph single;
  Node copy = node;
  Shape shape;
  ValueId in = kNone;  // one code, however often the operator reads it
  for (ValueId& id : copy.inputs) {
    const Value& value = graph.values.at(id);
    if (value.constant != nullptr) {
      id = add_number(single, value);
      continue;
    }
    shape = {1, std::int64_t{1} << 8 * bytes_of(value.quantization.dtype)};
    if (in == kNone) in = add_codes(single, "in", value, shape);
    id = in;
  }
  single.inputs = {in};
  const ValueId out = add_codes(single, "out", graph.values.at(node.outputs.at(0)), shape);
  copy.outputs = single.outputs = {out};
  single.add_node(std::move(copy));
  const Tensor codes = all_codes(single.values[single.inputs.at(0)].quantization.dtype, shape);
  return execute(single, {codes}, {true, rule, ties}).front().bytes;
}

}  // namespace trireme
