// SPDX-License-Identifier: Apache-2.0
#include "model/graph/graph.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "model/graph/operators.h"
#include "model/graph/topology.h"

namespace trireme {

ValueId Graph::add_value(Value value) {
  const auto id = static_cast<ValueId>(values.size());
  if (!value_index.emplace(value.name, id).second) internal_error("value '" + value.name + "' added twice");
  values.push_back(std::move(value));
  return id;
}

ValueId Graph::add_constant(std::string name_of_constant, Tensor tensor) {
  Value value;
  value.name = std::move(name_of_constant);
  value.shape = tensor.shape;
  value.dtype = tensor.dtype;
  value.quantization.dtype = tensor.dtype;
  value.constant = std::make_shared<const Tensor>(std::move(tensor));
  return add_value(std::move(value));
}

NodeId Graph::add_node(Node node) {
  const auto id = static_cast<NodeId>(nodes.size());
  for (std::uint32_t port = 0; port < node.outputs.size(); ++port) {
    values.at(node.outputs[port]).producer = id;
    values.at(node.outputs[port]).port = port;
  }
  nodes.push_back(std::move(node));
  return id;
}

std::string Graph::unique_name(const std::string& wish) const {
  std::unordered_set<std::string> node_names;
  for (const Node& node : nodes) node_names.insert(node.name);
  const auto taken = [&](const std::string& candidate) {
    return find_value(candidate) != kNone || node_names.count(candidate) != 0;
  };
  std::string candidate = wish;
  for (int suffix = 1; taken(candidate); ++suffix) candidate = wish + "_" + std::to_string(suffix);
  return candidate;
}

ValueId Graph::find_value(const std::string& wanted) const {
  const auto found = value_index.find(wanted);
  return found == value_index.end() ? kNone : found->second;
}

void Graph::rename_value(ValueId id, const std::string& new_name) {
  if (values.at(id).name == new_name) return;
  if (!value_index.emplace(new_name, id).second) internal_error("value '" + new_name + "' exists already");
  value_index.erase(values[id].name);
  values[id].name = new_name;
}

Tensor real_constant(const Value& value) {
  if (value.constant == nullptr) internal_error("value '" + value.name + "' is no constant");
  const Quantization& q = value.quantization;
  const bool codes = q.quantized() && value.constant->dtype == q.dtype && value.dtype != q.dtype;
  return codes ? dequantize(*value.constant, q) : *value.constant;
}

Tensor stored_constant(const Value& value) {
  if (value.constant == nullptr) internal_error("value '" + value.name + "' is no constant");
  const Quantization& q = value.quantization;
  return q.quantized() && value.constant->dtype != q.dtype ? quantize(*value.constant, q) : *value.constant;
}

std::vector<NodeId> consumers(const Graph& graph, ValueId value) {
  std::vector<NodeId> result;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const std::vector<ValueId>& inputs = graph.nodes[id].inputs;
    if (std::find(inputs.begin(), inputs.end(), value) != inputs.end()) result.push_back(id);
  }
  return result;
}

void replace_uses(Graph& graph, ValueId from, ValueId to) {
  for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

namespace {

void set_producers(Graph& graph) {
  for (Value& value : graph.values) value.producer = kNone;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const std::vector<ValueId>& outputs = graph.nodes[id].outputs;
    for (std::uint32_t port = 0; port < outputs.size(); ++port) {
      graph.values[outputs[port]].producer = id;
      graph.values[outputs[port]].port = port;
    }
  }
}

std::string describe_cycle(const Graph& graph, const std::vector<std::uint32_t>& cycle) {
  std::string text;
  for (const std::uint32_t node : cycle) text += "'" + printable(graph.nodes[node].name) + "' -> ";
  return text + "'" + printable(graph.nodes[cycle.front()].name) + "'";
}

void drop_dead_nodes(Graph& graph) {
  std::vector<bool> alive(graph.nodes.size(), false);
  std::vector<ValueId> pending = graph.outputs;
  while (!pending.empty()) {
    const ValueId value = pending.back();
    pending.pop_back();
    if (value == kNone) continue;
    const NodeId producer = graph.values[value].producer;
    if (producer == kNone || alive[producer]) continue;
    alive[producer] = true;
    const Node& node = graph.nodes[producer];
    pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
  }
  std::vector<Node> kept;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (alive[id]) kept.push_back(std::move(graph.nodes[id]));
  }
  graph.nodes = std::move(kept);
}

template <typename Visit>  // Visit(ValueId&)
void for_each_use(Graph& graph, Visit visit) {
  for (ValueId& id : graph.inputs) visit(id);
  for (ValueId& id : graph.outputs) visit(id);
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) visit(id);
    for (ValueId& id : node.outputs) visit(id);
  }
}

void drop_unused_values(Graph& graph) {
  std::vector<ValueId> new_id(graph.values.size(), kNone);
  for_each_use(graph, [&](ValueId& id) {
    if (id != kNone) new_id[id] = 0;
  });
  std::vector<Value> kept;
  graph.value_index.clear();
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    if (new_id[id] == kNone) continue;
    new_id[id] = static_cast<ValueId>(kept.size());
    graph.value_index[graph.values[id].name] = new_id[id];
    kept.push_back(std::move(graph.values[id]));
  }
  graph.values = std::move(kept);
  for_each_use(graph, [&](ValueId& id) {
    if (id != kNone) id = new_id[id];
  });
}

}  // namespace

void sort_nodes(Graph& graph) {
  set_producers(graph);
  std::vector<std::vector<std::uint32_t>> predecessors(graph.nodes.size());
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    for (const ValueId input : graph.nodes[id].inputs) {
      if (input != kNone && graph.values[input].producer != kNone) {
        predecessors[id].push_back(graph.values[input].producer);
      }
    }
  }
  const Topology topology = topological_order(predecessors);
  Problems problems;
  for (const auto& cycle : topology.cycles) {
    problems.add({}, "the nodes form a cycle: " + describe_cycle(graph, cycle));
  }
  problems.throw_if_any();

  std::vector<Node> sorted;
  for (const std::uint32_t id : topology.order) sorted.push_back(std::move(graph.nodes[id]));
  graph.nodes = std::move(sorted);
  set_producers(graph);
}

void compact(Graph& graph) {
  set_producers(graph);  // passes may have erased nodes
  drop_dead_nodes(graph);
  drop_unused_values(graph);
  sort_nodes(graph);
}

}  // namespace trireme
