// SPDX-License-Identifier: Apache-2.0
#include "model/graph/operators.h"
#include "model/import/acuity/loader.h"
#include "model/import/acuity/quantization_json.h"
#include "support/text.h"

namespace trireme {
namespace {

// NAME.data holds real numbers, or the codes themselves.
Value constant_value(Loader& l, const Layer& layer, const std::string& key, const std::string& name,
                     const Tensor& tensor) {
  Value value;
  value.name = name;
  value.shape = tensor.shape;
  value.dtype = value.quantization.dtype = tensor.dtype;
  read_quantization(l, layer, key, value);
  const std::string where = quantization_place(l, layer, key);
  const DataType stored = value.quantization.dtype;
  if (tensor.dtype != value.dtype && !(value.quantization.quantized() && tensor.dtype == stored)) {
    l.problems.add(where, std::string("is ") + name_of(value.dtype) + " stored as " + name_of(stored) + ", " +
                              l.data_file + " holds " + name_of(tensor.dtype));
  }
  check_scales(value, where, l.problems);
  value.constant = std::make_shared<const Tensor>(tensor);
  return value;
}

// `weights` counts outputs: the first dimension, or, of a deconvolution, the second times the groups.
bool has_outputs(const Layer& layer, const Shape& weight, std::int64_t outputs, LayerParameters& parameters) {
  if (layer.op != "deconvolution" || weight.size() < 2) return weight[0] == outputs;
  const std::int64_t groups = parameters.integer("group_number", 1);
  return groups > 0 && outputs % groups == 0 && outputs / groups == weight[1];
}

void check_weights(const Loader& l, const Layer& layer, const Tensor& weight, LayerParameters& parameters) {
  if (weight.shape.empty() || !parameters.has("weights")) return;
  const std::int64_t outputs = parameters.integer("weights");
  if (has_outputs(layer, weight.shape, outputs, parameters)) return;
  parameters.complain("weights", "is " + std::to_string(outputs),
                      "the weight in " + l.data_file + " has the shape " + to_string(weight.shape));
}

}  // namespace

std::string tensor_name(const Layer& layer, const std::string& key) {
  const auto found = layer.tensor_names.find(key);
  return found != layer.tensor_names.end() ? found->second : layer.lid + ":" + key;
}

std::string quantization_place(const Loader& l, const Layer& layer, const std::string& key) {
  return l.where(layer) + ": quantization of '" + printable(key) + "'";
}

void read_quantization(Loader& l, const Layer& layer, const std::string& key, Value& value) {
  const auto entry = layer.quantization.find(key);
  if (entry == layer.quantization.end()) return;
  LayerParameters parameters(entry->second, quantization_place(l, layer, key), l.problems);
  trireme::read_quantization(parameters, value);
  parameters.reject_unknown();
}

const Tensor* take_data(Loader& l, const Layer& layer, const std::string& key, bool required) {
  const std::string full = layer.lid + ":" + key;
  l.taken_data.insert(full);
  const auto found = l.data.find(full);
  if (found != l.data.end()) return &found->second;
  if (required) {
    l.problems.add(
        l.data_file,
        "holds no '" + printable(full) + "', the " + key + " of layer '" + printable(layer.lid) + "'",
        "take the .data file that was written together with the .json");
  }
  return nullptr;
}

ValueId add_constant(Loader& l, const Layer& layer, const std::string& key, const std::string& name,
                     const Tensor& tensor) {
  Value value = constant_value(l, layer, key, name, tensor);
  const ValueId existing = l.graph.find_value(name);
  if (existing != kNone) {
    const Value& known = l.graph.values[existing];
    const auto& other = known.constant;
    if (other != nullptr && other->dtype == tensor.dtype && other->shape == tensor.shape &&
        other->bytes == tensor.bytes && known.dtype == value.dtype &&
        same_parameters(known.quantization, value.quantization)) {
      return existing;
    }
    l.problems.add(l.where(layer),
                   "the tensor name '" + printable(name) + "' is used twice, for different tensors");
    return existing;
  }
  return l.graph.add_value(std::move(value));
}

void add_layer_constants(Loader& l, const Layer& layer, const LayerFormat& format,
                         LayerParameters& parameters, Node& node) {
  const std::size_t required = format.constants.size() - static_cast<std::size_t>(format.optional_constants);
  for (std::size_t i = 0; i < format.constants.size(); ++i) {
    const std::string& key = format.constants[i];
    const bool told = key == "bias" && parameters.has("bias");
    const bool expected = told && parameters.flag("bias");
    const Tensor* tensor = take_data(l, layer, key, i < required || expected);
    if (tensor == nullptr) continue;
    if (told && !expected) {
      parameters.complain("bias", "is false, but " + l.data_file + " holds one");
      continue;
    }
    if (key == "weight") check_weights(l, layer, *tensor, parameters);
    node.inputs.push_back(add_constant(l, layer, key, tensor_name(layer, key), *tensor));
  }
}

void check_leftover_data(Loader& l) {
  for (const auto& [key, tensor] : l.data) {
    if (l.taken_data.count(key) != 0) continue;
    const std::vector<std::string> known(l.taken_data.begin(), l.taken_data.end());
    const std::string near = l.problems.list().size() < kMostSuggestions ? nearest(key, known) : "";
    l.problems.add(l.data_file, "holds '" + printable(key) + "', which no layer of " + l.json_file + " takes",
                   near.empty() ? "the two files may not belong together" : "did you mean '" + near + "'?");
  }
}

}  // namespace trireme
