// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/reference/execute.h"

namespace trireme {

namespace {

bool is_foldable(const Graph& graph, const Node& node) {
  // Folding in float what runs quantized would change its bits.
  if (node.inputs.empty() || touches_quantization(graph, node)) return false;
  const bool outputs_stay_inside = std::none_of(node.outputs.begin(), node.outputs.end(),
                                                [&](ValueId id) { return is_graph_output(graph, id); });
  return outputs_stay_inside && std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
           return id == kNone || (is_constant(graph, id) && is_float(graph.values[id].constant->dtype));
         });
}

void fold(Graph& graph, NodeId id) {
  const Node node = graph.nodes[id];
  std::vector<const Tensor*> inputs;
  for (const ValueId input : node.inputs) {
    inputs.push_back(input == kNone ? nullptr : graph.values[input].constant.get());
  }
  std::vector<Tensor> results = execute_node_float(graph, node, inputs);
  erase_node(graph, id);
  for (std::size_t port = 0; port < node.outputs.size(); ++port) {
    Value& value = graph.values[node.outputs[port]];
    value.constant = std::make_shared<const Tensor>(std::move(results[port]));
    value.port = 0;
  }
}

}  // namespace

bool fold_constants(Graph& graph) {
  bool changed = false;
  // Nodes are in topological order, so one sweep folds chains.
  for (NodeId id = 0; id < graph.nodes.size();) {
    if (is_foldable(graph, graph.nodes[id])) {
      fold(graph, id);
      changed = true;
    } else {
      ++id;
    }
  }
  return changed;
}

}  // namespace trireme
