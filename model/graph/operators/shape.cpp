// SPDX-License-Identifier: Apache-2.0
// Operators that move data and calculate nothing; any data type passes.
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

std::vector<ValueType> infer_reshape(const Graph& graph, const Node& node) {
  const Shape& wanted = attributes<ReshapeAttributes>(node).shape;
  const Value& data = input_of(graph, node, 0);
  if (element_count(wanted) != element_count(data.shape)) {
    throw Error({}, "cannot reshape " + to_string(data.shape) + " to " + to_string(wanted),
                "the number of elements must stay the same");
  }
  return {{data.dtype, wanted}};
}

std::string print_reshape(const Node& node) {
  return "shape=" + to_string(attributes<ReshapeAttributes>(node).shape);
}

std::vector<ValueType> infer_permute(const Graph& graph, const Node& node) {
  const auto& perm = attributes<PermuteAttributes>(node).perm;
  const Value& data = input_of(graph, node, 0);
  std::vector<bool> taken(data.shape.size(), false);
  Shape output;
  for (const std::int64_t axis : perm) {
    const bool valid = axis >= 0 && axis < static_cast<std::int64_t>(taken.size()) &&
                       perm.size() == taken.size() && !taken[static_cast<std::size_t>(axis)];
    if (!valid) {
      throw Error({}, "perm " + to_string(perm) + " of the shape " + to_string(data.shape),
                  "every axis exactly once");
    }
    taken[static_cast<std::size_t>(axis)] = true;
    output.push_back(data.shape[static_cast<std::size_t>(axis)]);
  }
  if (perm.size() != taken.size()) {
    throw Error({}, "perm is empty for the shape " + to_string(data.shape), "every axis exactly once");
  }
  return {{data.dtype, std::move(output)}};
}

std::string print_permute(const Node& node) {
  return "perm=" + to_string(attributes<PermuteAttributes>(node).perm);
}

std::vector<ValueType> infer_concat(const Graph& graph, const Node& node) {
  const auto axis = static_cast<std::size_t>(attributes<ConcatAttributes>(node).axis);
  const Value& first = input_of(graph, node, 0);
  Shape output = first.shape;
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (!has_input(node, i)) throw Error({}, fmt::format("input {} is missing", i));
    const Value& next = input_of(graph, node, i);
    Shape wanted = first.shape;
    if (next.shape.size() == wanted.size()) wanted[axis] = next.shape[axis];
    require_shape(next, wanted, "input");
    if (next.dtype != first.dtype) {
      throw Error({}, fmt::format("inputs of {} and {}", name_of(first.dtype), name_of(next.dtype)),
                  "one data type");
    }
    if (next.shape[axis] > (std::int64_t{1} << 40) - output[axis]) throw Error({}, "the output is too large");
    output[axis] += next.shape[axis];
  }
  return {{first.dtype, std::move(output)}};
}

std::string print_concat(const Node& node) {
  return fmt::format("axis={}", attributes<ConcatAttributes>(node).axis);
}

void normalize_concat(const Graph& graph, Node& node) {
  ConcatAttributes a = attributes<ConcatAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

}  // namespace

const OperatorFamily& shape_operators() {
  constexpr int kAnyNumber = std::numeric_limits<int>::max();
  static const OperatorFamily rows = {
      {"reshape", 1, 1, infer_reshape, nullptr, print_reshape},
      {"permute", 1, 1, infer_permute, nullptr, print_permute},
      {"concat", 1, kAnyNumber, infer_concat, nullptr, print_concat, normalize_concat},
      {"noop", 1, 1, same_as_input},
  };
  return rows;
}

}  // namespace trireme
