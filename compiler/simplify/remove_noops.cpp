// SPDX-License-Identifier: Apache-2.0
#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"

namespace trireme {

namespace {

bool is_noop(const Graph& graph, const Node& node) {
  if (node.op != "noop") return false;
  // Between different parameters even a noop requantizes.
  return same_parameters(graph.values[node.inputs[0]].quantization,
                         graph.values[node.outputs[0]].quantization);
}

}  // namespace

bool remove_noops(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size();) {
    const bool removed = is_noop(graph, graph.nodes[id]) && bypass(graph, id);
    changed = changed || removed;
    if (!removed) ++id;
  }
  return changed;
}

}  // namespace trireme
