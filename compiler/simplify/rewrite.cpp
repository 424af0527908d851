// SPDX-License-Identifier: Apache-2.0
#include "compiler/simplify/rewrite.h"

#include <algorithm>

namespace trireme {

namespace {

bool contains(const std::vector<ValueId>& values, ValueId value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

bool is_constant(const Graph& graph, ValueId value) {
  return value != kNone && graph.values[value].constant != nullptr;
}

bool is_graph_input(const Graph& graph, ValueId value) { return contains(graph.inputs, value); }
bool is_graph_output(const Graph& graph, ValueId value) { return contains(graph.outputs, value); }

NodeId sole_consumer(const Graph& graph, ValueId value) {
  if (is_graph_output(graph, value)) return kNone;
  const std::vector<NodeId> readers = consumers(graph, value);
  return readers.size() == 1 ? readers.front() : kNone;
}

NodeId sole_producer(const Graph& graph, ValueId value, const std::vector<std::string>& operators) {
  if (value == kNone || sole_consumer(graph, value) == kNone) return kNone;
  const NodeId producer = graph.values[value].producer;
  if (producer == kNone) return kNone;
  const bool wanted =
      std::find(operators.begin(), operators.end(), graph.nodes[producer].op) != operators.end();
  return wanted ? producer : kNone;
}

bool touches_quantization(const Graph& graph, const Node& node) {
  const auto quantized = [&](ValueId id) { return id != kNone && graph.values[id].quantization.quantized(); };
  return std::any_of(node.inputs.begin(), node.inputs.end(), quantized) ||
         std::any_of(node.outputs.begin(), node.outputs.end(), quantized);
}

void erase_node(Graph& graph, NodeId node) {
  graph.nodes.erase(graph.nodes.begin() + node);
  for (Value& value : graph.values) {
    if (value.producer == kNone) continue;
    if (value.producer == node)
      value.producer = kNone;
    else if (value.producer > node)
      --value.producer;
  }
}

bool bypass(Graph& graph, NodeId node) {
  const ValueId input = graph.nodes[node].inputs.front();
  const ValueId output = graph.nodes[node].outputs.front();
  if (!is_graph_output(graph, output)) {
    replace_uses(graph, output, input);
    erase_node(graph, node);
    return true;
  }
  const NodeId producer = graph.values[input].producer;
  if (producer == kNone || is_graph_output(graph, input)) return false;
  const std::uint32_t port = graph.values[input].port;
  replace_uses(graph, input, output);
  graph.nodes[producer].outputs[port] = output;
  erase_node(graph, node);
  graph.values[output].producer = producer < node ? producer : producer - 1;
  graph.values[output].port = port;
  graph.values[input].producer = kNone;
  return true;
}

void absorb(Graph& graph, NodeId earlier, NodeId later) {
  const ValueId between = graph.nodes[earlier].outputs.front();
  const ValueId result = graph.nodes[later].outputs.front();
  graph.nodes[earlier].outputs.front() = result;
  erase_node(graph, later);
  graph.values[result].producer = earlier < later ? earlier : earlier - 1;
  graph.values[result].port = 0;
  graph.values[between].producer = kNone;
}

void set_constant_input(Graph& graph, NodeId node, std::size_t index, const std::string& role,
                        Tensor tensor) {
  const std::string name = graph.unique_name(graph.nodes[node].name + "." + role);
  const ValueId constant = graph.add_constant(name, std::move(tensor));
  std::vector<ValueId>& inputs = graph.nodes[node].inputs;
  if (inputs.size() <= index) inputs.resize(index + 1, kNone);
  inputs[index] = constant;
}

}  // namespace trireme
