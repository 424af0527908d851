// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {
namespace {

// Every dimension at least 1, and the product within what element_count() allows.
void check_shape(const ValueType& type, bool empty_allowed) {
  element_count(type.shape);
  if (empty_allowed) return;
  const bool positive =
      std::all_of(type.shape.begin(), type.shape.end(), [](std::int64_t dim) { return dim > 0; });
  if (!positive)
    throw Error({}, "the output would have the shape " + to_string(type.shape), "all dimensions from 1 on");
}

const Operator& checked_operator(const Node& node) {
  const Operator* row = find_operator(node.op);
  if (row == nullptr) {
    throw Error({}, "unknown operator '" + printable(node.op) + "'", suggestion(node.op, operator_names()));
  }
  const int count = static_cast<int>(node.inputs.size());
  if (count < row->min_inputs || count > row->max_inputs) {
    const std::string allowed =
        row->min_inputs == row->max_inputs
            ? std::to_string(row->min_inputs)
            : std::to_string(row->min_inputs) + " to " + std::to_string(row->max_inputs);
    throw Error({}, std::to_string(count) + " inputs", node.op + " takes " + allowed);
  }
  for (int i = 0; i < row->min_inputs; ++i) {
    if (node.inputs[static_cast<std::size_t>(i)] == kNone) {
      throw Error({}, "input " + std::to_string(i) + " is missing", node.op + " needs it");
    }
  }
  return *row;
}

}  // namespace

void infer_node(Graph& graph, Node& node, bool empty_allowed) {
  const Operator& row = checked_operator(node);
  if (row.normalize != nullptr) row.normalize(graph, node);
  const std::vector<ValueType> types = row.infer(graph, node);
  if (types.size() != node.outputs.size()) {
    throw Error({}, std::to_string(node.outputs.size()) + " outputs",
                node.op + " has " + std::to_string(types.size()));
  }
  for (std::size_t port = 0; port < types.size(); ++port) {
    check_shape(types[port], empty_allowed);
    Value& value = graph.values[node.outputs[port]];
    value.shape = types[port].shape;
    const bool stored_as_is = value.quantization.dtype == value.dtype;
    value.dtype = types[port].dtype;
    // A quantized network stores some floats narrower (softmax as float16): that is not for inference to
    // undo.
    if (!value.quantization.quantized() && stored_as_is) value.quantization.dtype = value.dtype;
  }
}

void infer_shapes(Graph& graph) {
  Problems problems;
  std::vector<bool> unknown(graph.values.size(), false);
  for (Node& node : graph.nodes) {
    const bool blocked = std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](ValueId input) { return input != kNone && unknown[input]; });
    try {
      if (!blocked) {
        infer_node(graph, node);
        continue;
      }
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) {
        problems.add("node '" + printable(node.name) + "' (" + printable(node.op) + ")", problem.what,
                     problem.hint);
      }
    }
    for (const ValueId output : node.outputs) unknown[output] = true;
  }
  problems.throw_if_any();
}

}  // namespace trireme
