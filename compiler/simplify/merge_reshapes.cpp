// SPDX-License-Identifier: Apache-2.0
#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"

namespace trireme {

namespace {

bool is_reshape(const Node& node) { return node.op == "reshape"; }

bool keeps_codes(const Graph& graph, const Node& node) {
  return same_parameters(graph.values[node.inputs[0]].quantization,
                         graph.values[node.outputs[0]].quantization);
}

// reshape(reshape(x)): the second reads x. The first goes with compact() when nobody else reads it.
bool skip_inner_reshape(Graph& graph, Node& node) {
  const NodeId inner = graph.values[node.inputs[0]].producer;
  if (inner == kNone || !is_reshape(graph.nodes[inner]) || !keeps_codes(graph, graph.nodes[inner]))
    return false;
  node.inputs[0] = graph.nodes[inner].inputs[0];
  return true;
}

bool changes_nothing(const Graph& graph, const Node& node) {
  return graph.values[node.inputs[0]].shape == graph.values[node.outputs[0]].shape &&
         keeps_codes(graph, node);
}

}  // namespace

bool merge_reshapes(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size();) {
    Node& node = graph.nodes[id];
    bool removed = false;
    if (is_reshape(node)) {
      while (skip_inner_reshape(graph, node)) changed = true;
      removed = changes_nothing(graph, node) && bypass(graph, id);
    }
    changed = changed || removed;
    if (!removed) ++id;
  }
  return changed;
}

}  // namespace trireme
