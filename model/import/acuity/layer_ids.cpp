// SPDX-License-Identifier: Apache-2.0
// Layer ids are NAME_INDEX. Indices: the outputs first, then the layers breadth-first back from the outputs,
// the inputs last (formats.md §5.1). Ids that are there stay; new layers get further numbers.
#include <algorithm>
#include <deque>

#include "model/import/acuity/layer.h"
#include "model/import/import.h"
#include "support/text.h"

namespace trireme {
namespace {

std::int64_t index_of(const std::string& lid) {
  const std::size_t underscore = lid.rfind('_');
  if (underscore == std::string::npos) return -1;
  return to_int(lid.substr(underscore + 1)).value_or(-1);
}

std::int64_t first_free_index(const Graph& graph) {
  std::int64_t largest = -1;
  for (const Node& node : graph.nodes) largest = std::max(largest, index_of(node.lid));
  for (const std::string& lid : graph.input_lids) largest = std::max(largest, index_of(lid));
  for (const std::string& lid : graph.output_lids) largest = std::max(largest, index_of(lid));
  return largest == std::numeric_limits<std::int64_t>::max() ? 0 : largest + 1;
}

// Nodes in breadth-first order back from the outputs, then those no output needs.
std::vector<NodeId> walk_back(const Graph& graph) {
  std::vector<NodeId> order;
  std::vector<bool> seen(graph.nodes.size(), false);
  std::deque<ValueId> pending(graph.outputs.begin(), graph.outputs.end());
  while (!pending.empty()) {
    const ValueId value = pending.front();
    pending.pop_front();
    const NodeId producer = value == kNone ? kNone : graph.values[value].producer;
    if (producer == kNone || seen[producer]) continue;
    seen[producer] = true;
    order.push_back(producer);
    pending.insert(pending.end(), graph.nodes[producer].inputs.begin(), graph.nodes[producer].inputs.end());
  }
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (!seen[id]) order.push_back(id);
  }
  return order;
}

// "attach_conv1/out0": what the output is attached to.
std::string output_name(const Graph& graph, ValueId output) {
  const Value& value = graph.values[output];
  const std::string& source = value.producer == kNone ? value.name : graph.nodes[value.producer].name;
  return "attach_" + source + "/out" + std::to_string(value.port);
}

}  // namespace

void assign_layer_ids(Graph& graph) {
  std::int64_t next = first_free_index(graph);
  const auto assign = [&](std::string& lid, const std::string& name) {
    if (lid.empty()) lid = name + "_" + std::to_string(next++);
  };
  graph.output_lids.resize(graph.outputs.size());
  graph.input_lids.resize(graph.inputs.size());
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    assign(graph.output_lids[i], output_name(graph, graph.outputs[i]));
  }
  for (const NodeId id : walk_back(graph)) assign(graph.nodes[id].lid, graph.nodes[id].name);
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    assign(graph.input_lids[i], graph.values[graph.inputs[i]].name);
  }
}

std::vector<std::pair<ValueId, std::string>> variable_layers(const Graph& graph) {
  std::vector<std::pair<ValueId, std::string>> layers;
  std::vector<bool> listed(graph.values.size(), false);
  std::int64_t next = first_free_index(graph);
  const auto list = [&](ValueId id) {
    if (id == kNone || graph.values[id].constant == nullptr || listed[id]) return;
    listed[id] = true;
    layers.emplace_back(id, graph.values[id].name + "_" + std::to_string(next++));
  };
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!is_layer_constant(graph, node, i)) list(node.inputs[i]);
    }
  }
  for (const ValueId output : graph.outputs) list(output);
  return layers;
}

}  // namespace trireme
