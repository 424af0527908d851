// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <map>

#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "model/import/acuity/quantization_json.h"
#include "model/import/import.h"
#include "support/files.h"
#include "tensor/files.h"

namespace trireme {
namespace {

struct Writer {
  const Graph& graph;
  std::string where;
  std::map<ValueId, std::string> source = {};  // value -> "@lid:out0"
  std::map<std::string, Tensor> data = {};
  Json layers = Json::object();

  void add(const std::string& lid, Json layer) {
    if (layers.contains(lid)) throw Error(where, "two layers would have the id '" + printable(lid) + "'");
    layers[lid] = std::move(layer);
  }
};

Json layer_head(const std::string& name, const std::string& op) { return Json{{"name", name}, {"op", op}}; }

Json value_parameters(const Value& value) {
  return Json{{"shape", value.shape}, {"is_scalar", value.shape.empty()}, {"type", name_of(value.dtype)}};
}

// Beside the layer's tensor names. What is stored as it is has no entry.
void write_quantization(const Writer& w, ValueId id, const std::string& key, Json& layer) {
  const Value& value = w.graph.values[id];
  const bool stored_as_is = !value.quantization.quantized() && value.quantization.dtype == value.dtype;
  if (w.graph.scales_from_model && !stored_as_is) layer["quantization"][key] = quantization_json(value);
}

void name_sources(Writer& w, const std::vector<std::pair<ValueId, std::string>>& variables) {
  for (std::size_t i = 0; i < w.graph.inputs.size(); ++i) {
    w.source[w.graph.inputs[i]] = "@" + w.graph.input_lids[i] + ":out0";
  }
  for (const auto& [id, lid] : variables) w.source[id] = "@" + lid + ":out0";
  for (const Node& node : w.graph.nodes) {
    for (std::size_t port = 0; port < node.outputs.size(); ++port) {
      w.source[node.outputs[port]] = "@" + node.lid + ":out" + std::to_string(port);
    }
  }
}

void write_inputs(Writer& w) {
  for (std::size_t i = 0; i < w.graph.inputs.size(); ++i) {
    const Value& value = w.graph.values[w.graph.inputs[i]];
    Json layer = layer_head(value.name, "input");
    layer["parameters"] = value_parameters(value);
    layer["inputs"] = Json::array();
    layer["outputs"] = Json::array({"out0"});
    write_quantization(w, w.graph.inputs[i], "out0", layer);
    w.add(w.graph.input_lids[i], std::move(layer));
  }
}

void write_variables(Writer& w, const std::vector<std::pair<ValueId, std::string>>& variables) {
  for (const auto& [id, lid] : variables) {
    const Value& value = w.graph.values[id];
    Json layer = layer_head(value.name, "variable");
    layer["parameters"] = value_parameters(value);
    layer["inputs"] = Json::array();
    layer["outputs"] = Json::array({"out0"});
    write_quantization(w, id, "out0", layer);
    w.add(lid, std::move(layer));
    w.data[lid + ":data"] = *value.constant;
  }
}

// Constants of the layer go to NAME.data under its id, everything else is an input of the JSON layer. The
// names that the source model gave its tensors are kept beside, for messages and dumps.
void write_node(Writer& w, const Node& node) {
  const LayerFormat* format = find_layer_format(node.op);
  if (format == nullptr)
    throw Error(w.where, "node '" + printable(node.name) + "': no layer for '" + node.op + "'");
  Json layer = layer_head(node.name, node.op);
  Json parameters = Json::object();
  if (format->write != nullptr) format->write(w.graph, node, parameters);
  layer["parameters"] = std::move(parameters);
  layer["inputs"] = Json::array();
  layer["outputs"] = Json::array();
  Json names = Json::object();
  for (std::size_t port = 0; port < node.outputs.size(); ++port) {
    const std::string out = "out" + std::to_string(port);
    layer["outputs"].push_back(out);
    names[out] = w.graph.values[node.outputs[port]].name;
    write_quantization(w, node.outputs[port], out, layer);
  }
  std::size_t last = node.inputs.size();
  while (last > 0 && node.inputs[last - 1] == kNone) --last;
  for (std::size_t i = 0; i < last; ++i) {
    const ValueId input = node.inputs[i];
    if (!is_layer_constant(w.graph, node, i)) {
      layer["inputs"].push_back(input == kNone ? "" : w.source.at(input));  // "": an input that is left out
    } else if (input != kNone) {
      const std::string& key = format->constants[i - 1];
      w.data[node.lid + ":" + key] = *w.graph.values[input].constant;
      names[key] = w.graph.values[input].name;
      write_quantization(w, input, key, layer);
    }
  }
  layer["tensor_names"] = std::move(names);
  w.add(node.lid, std::move(layer));
}

void write_outputs(Writer& w) {
  for (std::size_t i = 0; i < w.graph.outputs.size(); ++i) {
    const std::string& lid = w.graph.output_lids[i];
    Json layer = layer_head(lid.substr(0, lid.rfind('_')), "output");
    layer["parameters"] = Json::object();
    layer["inputs"] = Json::array({w.source.at(w.graph.outputs[i])});
    layer["outputs"] = Json::array({"out0"});
    w.add(lid, std::move(layer));
  }
}

// AcuityVersion names the dialect of the file, not the program that wrote it.
Json meta_data(const Graph& graph) {
  Json meta{{"Name", graph.name},
            {"AcuityVersion", "6"},
            {"Platform", graph.source_format},
            {"Org_Platform", graph.source_format},
            {"Generator", "trireme"}};
  if (graph.scales_from_model) meta["Scales"] = "model";
  return meta;
}

// The JSON under a temporary name first, then the data, then the renaming that can hardly fail: a folder
// without room or rights leaves neither file.
void write_both(const std::filesystem::path& json, const std::string& text, const std::filesystem::path& data,
                const std::map<std::string, Tensor>& tensors) {
  for (const auto& path : {json, data}) {
    if (std::filesystem::is_directory(path)) throw Error(path.string(), "cannot be written: it is a folder");
  }
  const std::filesystem::path target = std::filesystem::weakly_canonical(json);  // a link stays a link
  const std::filesystem::path temporary =
      target.parent_path() / ("." + target.filename().string() + "." + std::to_string(getpid()));
  try {
    write_file(temporary, text);
  } catch (const Error& error) {
    throw Error(json.string(), error.problems()[0].what, error.problems()[0].hint);
  }
  std::error_code ignored;
  try {
    write_npz(data, tensors);
  } catch (...) {
    std::filesystem::remove(temporary, ignored);
    throw;
  }
  std::error_code failed;
  std::filesystem::rename(temporary, target, failed);
  if (!failed) return;
  std::filesystem::remove(temporary, ignored);
  throw Error(json.string(), "cannot be written: " + failed.message());
}

}  // namespace

void save_acuity(const Graph& source, const std::filesystem::path& json, const std::filesystem::path& data) {
  Graph graph = source;  // cheap: constants are shared
  assign_layer_ids(graph);
  Writer w{graph, json.string()};
  const auto variables = variable_layers(graph);
  name_sources(w, variables);
  write_inputs(w);
  write_variables(w, variables);
  for (const Node& node : graph.nodes) write_node(w, node);
  write_outputs(w);

  const Json document{{"MetaData", meta_data(graph)}, {"Layers", std::move(w.layers)}};
  write_both(json, document.dump(4) + "\n", data, w.data);
}

}  // namespace trireme
