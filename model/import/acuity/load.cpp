// SPDX-License-Identifier: Apache-2.0
// NAME.json and NAME.data back into a graph: read the layers (layer_file.cpp); make a value of everything
// layers put out; make the nodes, with the constants of NAME.data; sort and infer shapes, which checks the
// constants against attributes.
#include <algorithm>
#include <map>
#include <utility>

#include "model/graph/operators.h"
#include "model/import/acuity/layer_data.h"
#include "model/import/acuity/loader.h"
#include "model/import/acuity/quantization_json.h"
#include "model/import/import.h"
#include "support/text.h"

namespace trireme {
namespace {

ValueId add_value(Loader& l, const Layer& layer, Value value) {
  if (l.graph.find_value(value.name) != kNone) {
    l.problems.add(l.where(layer), "the tensor name '" + printable(value.name) + "' is used twice");
    // Only there so that the other layers can be read: all problems are told together.
    const std::string name = value.name;
    for (std::size_t i = l.graph.values.size(); l.graph.find_value(value.name) != kNone; ++i)
      value.name = name + "_" + std::to_string(i);
  }
  return l.graph.add_value(std::move(value));
}

// Batch 0 is one that is left open. Files without a shape have `size` and `channels`; which number of `size`
// is the height is not published.
Shape input_shape(LayerParameters& parameters) {
  parameters.ignore({"shape", "size", "channels"});
  if (!parameters.has("shape") && parameters.has("size") && parameters.has("channels")) {
    const std::vector<std::int64_t> size = parameters.integers("size");
    if (size.size() == 2 && size[0] == size[1]) return {1, parameters.integer("channels"), size[0], size[1]};
    parameters.complain("size", "is " + to_string(size), "two equal numbers, or a 'shape'");
    return {1};
  }
  Shape shape = parameters.integers("shape");
  if (shape.size() > 1 && shape[0] == 0) shape[0] = 1;
  return shape;
}

void add_input(Loader& l, const Layer& layer) {
  LayerParameters parameters(layer.parameters, l.where(layer), l.problems);
  Value value;
  value.name = layer.name;
  value.shape = input_shape(parameters);
  try {
    value.dtype = parse_data_type(parameters.text("type", "float32"), "type");
    value.quantization.dtype = value.dtype;
  } catch (const Error& error) {
    parameters.complain("type", error.problems()[0].what, error.problems()[0].hint);
  }
  parameters.ignore({"is_scalar"});
  parameters.reject_unknown();
  const bool fixed =
      std::all_of(value.shape.begin(), value.shape.end(), [](std::int64_t dim) { return dim > 0; });
  if (!fixed) parameters.complain("shape", "is " + to_string(value.shape), "every dimension from 1 on");
  try {
    if (fixed) element_count(value.shape);
  } catch (const Error& error) {
    parameters.complain("shape", error.problems()[0].what);
  }
  const DataType type = value.dtype;
  read_quantization(l, layer, "out0", value);
  const DataType declared = std::exchange(value.dtype, type);
  const ValueId id = add_value(l, layer, std::move(value));
  l.declared[id] = {declared, quantization_place(l, layer, "out0")};
  if (!parameters.has("shape")) l.squares.push_back(id);
  l.graph.inputs.push_back(id);
  l.graph.input_lids.push_back(layer.lid);
  l.sources["@" + layer.lid + ":out0"] = id;
}

void add_variable(Loader& l, const Layer& layer) {
  LayerParameters parameters(layer.parameters, l.where(layer), l.problems);
  const Tensor* tensor = take_data(l, layer, "data", true);
  if (parameters.has("shape") && tensor != nullptr && parameters.integers("shape") != tensor->shape) {
    parameters.complain("shape", "differs from the shape " + to_string(tensor->shape) + " in " + l.data_file);
  }
  parameters.ignore({"shape", "is_scalar", "type"});
  parameters.reject_unknown();
  l.sources["@" + layer.lid + ":out0"] =
      add_constant(l, layer, "out0", layer.name, tensor != nullptr ? *tensor : Tensor());
}

void add_sources(Loader& l) {
  for (const Layer& layer : l.layers) {
    if (layer.op == "input") {
      add_input(l, layer);
    } else if (layer.op == "variable") {
      add_variable(l, layer);
    } else if (layer.op != "output") {
      for (const std::string& port : layer.outputs) {
        Value value;
        value.name = tensor_name(layer, port);
        read_quantization(l, layer, port, value);
        const DataType type = value.dtype;
        const ValueId id = add_value(l, layer, std::move(value));
        if (layer.quantization.count(port) != 0) l.declared[id] = {type, quantization_place(l, layer, port)};
        l.sources["@" + layer.lid + ":" + port] = id;
      }
    }
  }
}

std::vector<ValueId> resolve_inputs(Loader& l, const Layer& layer) {
  std::vector<ValueId> ids;
  for (const std::string& input : layer.inputs) {
    if (input.empty()) {  // an optional input that is left out
      ids.push_back(kNone);
      continue;
    }
    const auto found = l.sources.find(input);
    if (found != l.sources.end()) {
      ids.push_back(found->second);
      continue;
    }
    const std::string near = suggested(l, input, l.sources);
    l.problems.add(l.where(layer), "its input '" + printable(input) + "' names no layer",
                   near.empty() ? "inputs are written \"@<layer id>:out0\"" : "did you mean '" + near + "'?");
  }
  return ids;
}

void add_node(Loader& l, const Layer& layer, const LayerFormat& format) {
  LayerParameters parameters(layer.parameters, l.where(layer), l.problems);
  Node node;
  node.name = layer.name;
  node.op = layer.op;
  node.lid = layer.lid;
  node.inputs = resolve_inputs(l, layer);
  const std::size_t most = format.constants.empty() ? layer.inputs.size() : format.constants.size() + 1;
  if (layer.inputs.size() > most || (!format.constants.empty() && layer.inputs.empty())) {
    l.problems.add(l.where(layer), "has " + std::to_string(layer.inputs.size()) + " inputs",
                   layer.op + " takes 1, and its weights if the network computes them");
  }
  if (format.read != nullptr) node.attributes = format.read(parameters);
  if (layer.inputs.size() <= 1) add_layer_constants(l, layer, format, parameters, node);
  parameters.reject_unknown();
  for (const std::string& port : layer.outputs) {
    node.outputs.push_back(l.sources.at("@" + layer.lid + ":" + port));
  }
  l.graph.add_node(std::move(node));
}

void add_nodes(Loader& l) {
  std::set<std::string> names;
  for (const Layer& layer : l.layers) {
    if (layer.op == "output") {
      const std::vector<ValueId> inputs = resolve_inputs(l, layer);
      if (layer.inputs.size() != 1) l.problems.add(l.where(layer), "an output has exactly one input");
      if (inputs.size() != 1) continue;
      l.graph.outputs.push_back(inputs[0]);
      l.graph.output_lids.push_back(layer.lid);
    } else if (const LayerFormat* format = find_layer_format(layer.op)) {
      if (!names.insert(layer.name).second) {
        l.problems.add(l.where(layer), "the name '" + printable(layer.name) + "' is used twice");
      }
      add_node(l, layer, *format);
    }
  }
  if (l.graph.outputs.empty()) l.problems.add(l.json_file, "has no layer with the operator 'output'");
}

void check_leftover_quantization(Loader& l) {
  for (const Layer& layer : l.layers) {
    for (const auto& [key, entry] : layer.quantization) {
      const bool output = std::find(layer.outputs.begin(), layer.outputs.end(), key) != layer.outputs.end();
      if (!output && l.data.count(layer.lid + ":" + key) == 0)
        l.problems.add(quantization_place(l, layer, key), "the layer has no such tensor");
    }
  }
}

void check_quantization(Loader& l) {
  for (const auto& [id, declared] : l.declared) {
    const Value& value = l.graph.values[id];
    if (value.dtype != declared.type) {
      l.problems.add(declared.where, std::string("is of ") + name_of(declared.type) + ", the tensor is " +
                                         name_of(value.dtype));
    }
    check_scales(value, declared.where, l.problems);
  }
}

}  // namespace

Graph load_acuity(const std::filesystem::path& json, const std::filesystem::path& data) {
  Loader l{json.string(), data.string()};
  LayerFile file = read_layer_file(json, l.problems);
  l.layers = std::move(file.layers);
  LayerData layer_data = read_layer_data(data, l.layers);
  order_weights(l.layers, l.data_file, layer_data, l.problems);
  l.data = std::move(layer_data.tensors);
  l.graph.name = file.name.empty() ? json.stem().string() : file.name;
  l.graph.source_format = file.platform.empty() ? "acuity" : file.platform;
  l.graph.scales_from_model = file.scales_from_model;

  add_sources(l);
  add_nodes(l);
  check_leftover_data(l);
  check_leftover_quantization(l);
  l.problems.throw_if_any();
  try {
    sort_nodes(l.graph);
    find_axis_order(l, file);
    l.problems.throw_if_any();
    resolve_layers(l);
    l.problems.throw_if_any();
    infer_shapes(l.graph);
    check_quantization(l);
    if (l.channels_last) compact(l.graph);  // permutes behind layers whose results nobody takes in that order
    verify(l.graph);
    assign_layer_ids(l.graph);  // of the nodes that layers of other tools were taken apart into
  } catch (const Error& error) {
    l.problems.throw_if_any();
    for (const Problem& problem : error.problems()) {
      l.problems.add(json.string() + (problem.where.empty() ? "" : ": " + problem.where), problem.what,
                     problem.hint);
    }
  }
  l.problems.throw_if_any();
  return std::move(l.graph);
}

}  // namespace trireme
