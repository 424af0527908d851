// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer_file.h"

#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/parse_json.h"
#include "support/files.h"
#include "support/text.h"

namespace trireme {
namespace {

constexpr std::size_t kMostSuggestions = 20;  // each compares with all operators

std::string text_field(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> text_list(const Json& object, const char* key, const std::string& where,
                                   Problems& problems) {
  std::vector<std::string> list;
  const auto found = object.find(key);
  if (found == object.end()) return list;
  bool valid = found->is_array();
  for (const Json& element : valid ? *found : Json::array()) {
    valid = valid && element.is_string();
    list.push_back(element.is_string() ? element.get<std::string>() : "");
  }
  if (!valid) problems.add(where, std::string("'") + key + "' is not a list of texts");
  return list;
}

// Operators of the dialect whose names and parameters are published and whose meaning is not (formats.md §1).
bool is_unexplained(const std::string& op) {
  return op == "roipooling" || op == "proposal" || op == "Proposal" || op == "lstmunit" ||
         op == "continuationindicator";
}

void check_operator(const Layer& layer, const std::string& where, Problems& problems) {
  static const std::vector<std::string> ops = layer_ops();
  if (layer.op.empty()) {
    problems.add(where, "has no 'op'", "one of: " + join(ops, ", "));
  } else if (is_unexplained(layer.op)) {
    problems.add(where,
                 "the operator '" + layer.op + "' is not supported: nothing public says what it computes",
                 "end the network in front of it, or take it from ONNX or TensorFlow Lite");
  } else if (std::find(ops.begin(), ops.end(), layer.op) == ops.end()) {
    problems.add(where, "the operator '" + printable(layer.op) + "' is not supported",
                 problems.list().size() < kMostSuggestions ? suggestion(layer.op, ops) : "");
  }
}

// {"Scales": "model"} in MetaData. Only then do layers have a `quantization`: elsewhere scales are in a
// table.
bool has_scales(const Json& meta_data, const std::string& file, Problems& problems) {
  if (!meta_data.contains("Scales")) return false;
  if (text_field(meta_data, "Scales") == "model") return true;
  problems.add(file, "'Scales' of 'MetaData' is not 'model'", "without it, scales come from a table");
  return false;
}

void read_layer_quantization(const Json& object, const std::string& where, Layer& layer, Problems& problems) {
  const auto found = object.find("quantization");
  if (found == object.end()) return;
  if (!found->is_object()) return problems.add(where, "'quantization' is not an object");
  for (const auto& [key, entry] : found->items()) {
    if (!entry.is_object())
      problems.add(where, "'quantization' of '" + printable(key) + "' is not an object");
    layer.quantization[key] = entry.is_object() ? entry : Json::object();
  }
}

Layer read_layer(const std::string& file, const std::string& lid, const Json& object, Problems& problems) {
  Layer layer;
  layer.lid = lid;
  layer.name = text_field(object, "name");
  layer.op = text_field(object, "op");
  if (layer.name.empty()) layer.name = lid;
  const std::string where = place_of(file, layer);
  layer.inputs = text_list(object, "inputs", where, problems);
  layer.outputs = text_list(object, "outputs", where, problems);
  if (layer.outputs.empty()) layer.outputs = {"out0"};

  const auto parameters = object.find("parameters");
  if (parameters != object.end() && parameters->is_object()) {
    layer.parameters = *parameters;
  } else if (parameters != object.end() && !parameters->is_null()) {
    problems.add(where, "'parameters' is not an object");
  }
  const auto names = object.find("tensor_names");
  if (names != object.end() && names->is_object()) {
    for (const auto& [key, name] : names->items()) {
      if (name.is_string()) layer.tensor_names[key] = name.get<std::string>();
    }
  }
  check_operator(layer, where, problems);
  return layer;
}

}  // namespace

std::string place_of(const std::string& file, const Layer& layer) {
  return file + ": layer '" + printable(layer.lid) + "'";
}

LayerFile read_layer_file(const std::filesystem::path& path, Problems& problems) {
  const Json document = parse_json(read_text(path), path.string());
  const auto is_object = [&](const char* key) { return document.contains(key) && document[key].is_object(); };
  if (!document.is_object() || !is_object("MetaData") || !is_object("Layers")) {
    throw Error(path.string(), "not a layer graph: the objects 'MetaData' and 'Layers' are missing",
                "trireme import writes such a file");
  }
  LayerFile file;
  file.name = text_field(document["MetaData"], "Name");
  file.platform = text_field(document["MetaData"], "Platform");
  file.original_platform = text_field(document["MetaData"], "Org_Platform");
  file.generator = text_field(document["MetaData"], "Generator");
  file.scales_from_model = has_scales(document["MetaData"], path.string(), problems);
  for (const auto& [lid, entry] : document["Layers"].items()) {
    const Json object = entry.is_object() ? entry : Json::object();
    Layer layer = read_layer(path.string(), lid, object, problems);
    if (file.scales_from_model)
      read_layer_quantization(object, place_of(path.string(), layer), layer, problems);
    file.layers.push_back(std::move(layer));
  }
  return file;
}

}  // namespace trireme
