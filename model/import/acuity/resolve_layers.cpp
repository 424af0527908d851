// SPDX-License-Identifier: Apache-2.0
// Layers that say less than the graph keeps ("SAME", a shape with -1) or say it in another operator's words
// are read once more while shapes are inferred, node by node.
#include "model/graph/operators.h"
#include "model/import/acuity/loader.h"
#include "model/import/constants.h"

namespace trireme {
namespace {

// False, after a complaint, if the layer cannot be read.
bool resolve_layer(Loader& l, const Layer& layer, Node& node) {
  const LayerFormat* format = find_layer_format(layer.op);
  if (format == nullptr || format->resolve == nullptr) return true;
  LayerParameters parameters(layer.parameters, l.where(layer), l.problems);
  LayerSteps steps{l.graph, node, layer.inputs.size() <= 1};
  const std::size_t problems = l.problems.list().size();
  try {
    format->resolve(parameters, steps);
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      l.problems.add(l.where(layer), problem.what, problem.hint);
  }
  return l.problems.list().size() == problems;
}

// False if it cannot be inferred: infer_shapes() tells why.
bool infer_layer(Graph& graph, Node& node) {
  try {
    infer_node(graph, node);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

const Value& LayerSteps::input(std::size_t index) const {
  if (index >= node.inputs.size() || node.inputs[index] == kNone)
    throw Error({}, "input " + std::to_string(index) + " is missing");
  return graph.values[node.inputs[index]];
}

ValueId LayerSteps::step(const std::string& suffix, std::string op, std::any attributes,
                         std::vector<ValueId> inputs) {
  Value value;
  value.name = graph.values[node.outputs.at(0)].name + suffix;
  if (graph.find_value(value.name) != kNone)
    throw Error({}, "the tensor name '" + printable(value.name) + "' is needed for a part of this layer");
  Node made;
  made.name = node.name + suffix;
  made.op = std::move(op);
  made.attributes = std::move(attributes);
  made.inputs = std::move(inputs);
  const ValueId id = graph.add_value(std::move(value));
  made.outputs = {id};
  infer_node(graph, made);
  graph.add_node(std::move(made));
  return id;
}

ValueId LayerSteps::reshaped_constant(std::size_t index, const Shape& shape) {
  const Value& given = input(index);
  if (given.constant == nullptr) throw Error({}, "input " + std::to_string(index) + " is no constant");
  Value value;
  value.name = graph.values[node.outputs.at(0)].name + "/constant" + std::to_string(index);
  if (graph.find_value(value.name) != kNone)
    throw Error({}, "the tensor name '" + printable(value.name) + "' is needed for a part of this layer");
  ConstantBudget once(given.constant->bytes.size());
  value.constant = std::make_shared<const Tensor>(reshaped(*given.constant, shape, once));
  value.shape = shape;
  value.dtype = given.dtype;
  value.quantization = given.quantization;
  return graph.add_value(std::move(value));
}

void resolve_layers(Loader& l) {
  std::map<std::string, const Layer*> layers;
  for (const Layer& layer : l.layers) layers[layer.lid] = &layer;
  std::vector<Node> nodes = std::move(l.graph.nodes);
  l.graph.nodes.clear();
  std::set<ValueId> unknown;
  for (Node& node : nodes) {
    bool known = true;
    for (const ValueId input : node.inputs) known = known && unknown.count(input) == 0;
    if (!known || !resolve_layer(l, *layers.at(node.lid), node) || !infer_layer(l.graph, node))
      unknown.insert(node.outputs.begin(), node.outputs.end());
    l.graph.add_node(std::move(node));
  }
}

}  // namespace trireme
