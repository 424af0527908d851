// SPDX-License-Identifier: Apache-2.0
// A clamp after a clamp: relu(relu(x)), relu(relun(x)) and relun(relu(x)) with a bottom that is not negative.
#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

bool is_non_negative(const Node& node) {
  return node.op == "relu" || (node.op == "relun" && attributes<ClipAttributes>(node).min >= 0);
}

bool same_codes(const Graph& graph, const Node& node) {
  return same_parameters(graph.values[node.inputs[0]].quantization,
                         graph.values[node.outputs[0]].quantization);
}

// The relu of a value that cannot be negative does nothing.
bool is_redundant(const Graph& graph, const Node& node) {
  if (node.op != "relu" || !same_codes(graph, node)) return false;
  const NodeId before = graph.values[node.inputs[0]].producer;
  return before != kNone && is_non_negative(graph.nodes[before]);
}

// The relu whose only reader clamps at least as hard does nothing either.
bool is_implied(const Graph& graph, const Node& node) {
  if (node.op != "relu" || !same_codes(graph, node)) return false;
  const NodeId after = sole_consumer(graph, node.outputs[0]);
  return after != kNone && graph.nodes[after].op == "relun" && is_non_negative(graph.nodes[after]);
}

}  // namespace

bool merge_activations(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size();) {
    const Node& node = graph.nodes[id];
    const bool removed = (is_redundant(graph, node) || is_implied(graph, node)) && bypass(graph, id);
    changed = changed || removed;
    id = removed ? 0 : id + 1;  // one that is gone can make its neighbours redundant
  }
  return changed;
}

}  // namespace trireme
