// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

using Direction = RecurrentAttributes::Direction;

struct Extent {
  std::int64_t directions, steps, batch, features, hidden;
};

Extent extent_of(const Graph& graph, const Node& node, std::size_t activations) {
  const auto& a = attributes<RecurrentAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_rank(data, 3, "input");
  const std::int64_t directions = a.direction == Direction::bidirectional ? 2 : 1;
  const std::size_t wanted = activations * static_cast<std::size_t>(directions);
  if (a.hidden_size < 1 || a.hidden_size > (std::int64_t{1} << 24))
    throw Error({}, fmt::format("hidden_size is {}", a.hidden_size));
  if (a.activations.size() != wanted || a.activation_alpha.size() != wanted ||
      a.activation_beta.size() != wanted) {
    throw Error({}, fmt::format("{} activations", a.activations.size()),
                fmt::format("{} for each direction", activations));
  }
  if (!std::isfinite(a.clip) || a.clip < 0) throw Error({}, "the clip is no positive number");
  const std::int64_t outer = data.shape[0], inner = data.shape[1];
  return {directions, a.batch_first ? inner : outer, a.batch_first ? outer : inner, data.shape[2],
          a.hidden_size};
}

void require_optional(const Graph& graph, const Node& node, std::size_t index, const Shape& shape,
                      const char* what) {
  if (has_input(node, index)) require_shape(input_of(graph, node, index), shape, what);
}

// Inputs from 0 on, as the comments of attributes.h list them; `gates` of the matrices.
std::vector<ValueType> infer(const Graph& graph, const Node& node, std::int64_t gates,
                             std::size_t activations, bool cell) {
  const Extent e = extent_of(graph, node, activations);
  const bool batch_first = attributes<RecurrentAttributes>(node).batch_first;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i != 4) require_type(graph, node, i, is_computed_float, "float32");
  }
  require_type(
      graph, node, 4, [](DataType type) { return type == DataType::int32; }, "int32");
  require_shape(input_of(graph, node, 1), {e.directions, gates * e.hidden, e.features}, "weight W");
  require_shape(input_of(graph, node, 2), {e.directions, gates * e.hidden, e.hidden}, "weight R");
  require_optional(graph, node, 3, {e.directions, 2 * gates * e.hidden}, "bias B");
  require_optional(graph, node, 4, {e.batch}, "sequence_lens");
  const Shape state =
      batch_first ? Shape{e.batch, e.directions, e.hidden} : Shape{e.directions, e.batch, e.hidden};
  require_optional(graph, node, 5, state, "initial_h");
  require_optional(graph, node, 6, state, "initial_c");
  require_optional(graph, node, 7, {e.directions, 3 * e.hidden}, "peepholes P");
  const DataType dtype = input_of(graph, node, 0).dtype;
  const Shape sequence = batch_first ? Shape{e.batch, e.steps, e.directions, e.hidden}
                                     : Shape{e.steps, e.directions, e.batch, e.hidden};
  std::vector<ValueType> types = {{dtype, sequence}, {dtype, state}};
  if (cell) types.push_back({dtype, state});
  return types;
}

std::vector<ValueType> infer_lstm(const Graph& graph, const Node& node) {
  return infer(graph, node, 4, 3, true);
}
std::vector<ValueType> infer_gru(const Graph& graph, const Node& node) {
  return infer(graph, node, 3, 2, false);
}
std::vector<ValueType> infer_rnn(const Graph& graph, const Node& node) {
  return infer(graph, node, 1, 1, false);
}

// W once a step, R once a step, of every direction.
std::int64_t count_macs(const Graph& graph, const Node& node) {
  const Shape& data = input_of(graph, node, 0).shape;
  const std::int64_t weights =
      element_count(input_of(graph, node, 1).shape) + element_count(input_of(graph, node, 2).shape);
  return saturating_multiply(data[0] * data[1], weights);
}

std::string print(const Node& node) {
  const auto& a = attributes<RecurrentAttributes>(node);
  constexpr const char* kDirections[] = {"forward", "reverse", "bidirectional"};
  return fmt::format("hidden={} direction={}{}", a.hidden_size, kDirections[static_cast<int>(a.direction)],
                     a.batch_first ? " batch_first" : "");
}

}  // namespace

const OperatorFamily& recurrent_operators() {
  static const OperatorFamily rows = {{"lstm", 3, 8, infer_lstm, count_macs, print},
                                      {"gru", 3, 6, infer_gru, count_macs, print},
                                      {"rnn", 3, 6, infer_rnn, count_macs, print}};
  return rows;
}

}  // namespace trireme
