// SPDX-License-Identifier: Apache-2.0
// Layers that say less than the graph keeps ("SAME", a shape with -1) or say it in another operator's words
// are read once more while shapes are inferred, node by node. Layers of a file with its channels last are
// turned on the way.
#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/channels_last.h"
#include "model/import/acuity/loader.h"
#include "model/import/constants.h"

namespace trireme {
namespace {

using LayersById = std::map<std::string, const Layer*>;

// Places in a map are counted through [n,c,h,w]: in [n,h,w,c] files only what knows that may take them.
void check_places(Loader& l, const std::vector<Node>& nodes, const LayersById& layers) {
  if (!l.channels_last) return;
  std::set<ValueId> taken(l.graph.outputs.begin(), l.graph.outputs.end());
  for (const Node& node : nodes) {
    if (node.op != "upsample") taken.insert(node.inputs.begin(), node.inputs.end());
  }
  for (const Node& node : nodes) {
    if (node.op == "poolwithargmax" && node.outputs.size() > 1 && taken.count(node.outputs[1]) != 0)
      l.problems.add(l.where(*layers.at(node.lid)), "its second output is taken, and layers are [n,h,w,c]",
                     "how places are counted there is not published; 'upsample' may take them");
  }
}

void resolve_in_order(const LayerFormat& format, LayerParameters& parameters, ChannelsLast& turned,
                      LayerSteps& steps) {
  const bool turn = steps.channels_last && works_on_channels_second(turned, format, steps.node);
  const std::size_t rank = turn ? steps.shape().size() : 0;
  if (turn && !steps.own_constants && !format.constants.empty())
    throw Error({}, "its weights are computed by the network, and layers are [n,h,w,c]",
                "the order of such weights is not published");
  if (turn) turn_inputs(turned, steps);
  if (format.resolve != nullptr) format.resolve(parameters, steps);
  if (turn) turn_results(turned, steps, rank);
}

// False, after a complaint, if the layer cannot be read.
bool resolve_layer(Loader& l, const Layer& layer, ChannelsLast& turned, LayerSteps& steps) {
  const LayerFormat* format = find_layer_format(layer.op);
  if (format == nullptr) return true;
  LayerParameters parameters(layer.parameters, l.where(layer), l.problems);
  const std::size_t problems = l.problems.list().size();
  try {
    resolve_in_order(*format, parameters, turned, steps);
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

std::string free_name(const LayerSteps& steps, const std::string& suffix, std::size_t port = 0) {
  const std::string name = steps.graph.values[steps.results.at(port)].name + suffix;
  if (steps.graph.find_value(name) != kNone)
    throw Error({}, "the tensor name '" + printable(name) + "' is needed for a part of this layer");
  return name;
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
  value.name = free_name(*this, suffix);
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

ValueId LayerSteps::then(std::size_t port, const std::string& suffix, std::string op, std::any attributes) {
  const ValueId result = results.at(port);
  const std::string part = port == 0 ? suffix : suffix + std::to_string(port);
  Value between;
  between.name = free_name(*this, suffix, port);
  between.quantization = graph.values[result].quantization;
  between.dtype = graph.values[result].dtype;
  const ValueId id = graph.add_value(std::move(between));
  if (port < node.outputs.size() && node.outputs[port] == result) {
    node.outputs[port] = id;  // layers of others may have many outputs
  } else {
    for (Node& later : behind) std::replace(later.outputs.begin(), later.outputs.end(), result, id);
  }
  Node made;
  made.name = node.name + part;
  made.op = std::move(op);
  made.attributes = std::move(attributes);
  made.inputs = {id};
  made.outputs = {result};
  behind.push_back(std::move(made));
  return id;
}

ValueId LayerSteps::constant(const std::string& suffix, Tensor tensor) {
  return graph.add_constant(free_name(*this, suffix), std::move(tensor));
}

ValueId LayerSteps::reshaped_constant(std::size_t index, const Shape& shape) {
  const Value& given = input(index);
  if (given.constant == nullptr) throw Error({}, "input " + std::to_string(index) + " is no constant");
  Value value;
  value.name = free_name(*this, "/constant" + std::to_string(index));
  ConstantBudget once(given.constant->bytes.size());
  value.constant = std::make_shared<const Tensor>(reshaped(*given.constant, shape, once));
  value.shape = shape;
  value.dtype = given.dtype;
  value.quantization = given.quantization;
  return graph.add_value(std::move(value));
}

void resolve_layers(Loader& l) {
  LayersById layers;
  for (const Layer& layer : l.layers) layers[layer.lid] = &layer;
  std::vector<Node> nodes = std::move(l.graph.nodes);
  l.graph.nodes.clear();
  check_places(l, nodes, layers);
  std::set<ValueId> unknown;
  ChannelsLast turned{l.graph};
  for (Node& node : nodes) {
    const Layer& layer = *layers.at(node.lid);
    LayerSteps steps{l.graph, node, layer.inputs.size() <= 1, l.channels_last, node.outputs};
    bool known = true;
    for (const ValueId input : node.inputs) known = known && unknown.count(input) == 0;
    known = known && resolve_layer(l, layer, turned, steps) && infer_layer(l.graph, node);
    for (Node& later : steps.behind) known = known && infer_layer(l.graph, later);
    if (!known) unknown.insert(steps.results.begin(), steps.results.end());
    l.graph.add_node(std::move(node));
    for (Node& later : steps.behind) l.graph.add_node(std::move(later));
  }
}

}  // namespace trireme
