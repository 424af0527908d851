// SPDX-License-Identifier: Apache-2.0
// What the steps of reading NAME.json and NAME.data share: load.cpp makes values and nodes,
// load_constants.cpp those that come from NAME.data.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/import/acuity/layer.h"
#include "model/import/acuity/layer_file.h"

namespace trireme {

struct Loader {
  std::string json_file, data_file;
  Problems problems = {};
  std::map<std::string, Tensor> data = {};
  std::set<std::string> taken_data = {};
  std::vector<Layer> layers = {};
  std::map<std::string, ValueId> sources = {};  // "@lid:out0" -> value
  struct Declared {
    DataType type;
    std::string where;
  };
  std::map<ValueId, Declared> declared = {};  // types that the file states and inference must find
  std::vector<ValueId> squares = {};          // inputs without a shape, whose order the layers decide
  bool channels_last = false;                 // layers are [n,h,w,c] (axis_order.cpp)
  Graph graph = {};

  std::string where(const Layer& layer) const { return place_of(json_file, layer); }
};

// The nearest of the names that are there; empty without one, and behind the first few problems, since each
// suggestion compares with all names of the file.
std::string suggested(const Loader& l, const std::string& word, const std::map<std::string, ValueId>& names);
std::string suggested(const Loader& l, const std::string& word, const std::set<std::string>& names);

// A name of our own files, or, if there is none, one made of lid and key.
std::string tensor_name(const Layer& layer, const std::string& key);
std::string quantization_place(const Loader& l, const Layer& layer, const std::string& key);
// How the tensor `key` of the layer is stored. Without an entry: as it is.
void read_quantization(Loader& l, const Layer& layer, const std::string& key, Value& value);

// The tensor "<lid>:<key>" of NAME.data; null, after a complaint if it is `required`.
const Tensor* take_data(Loader& l, const Layer& layer, const std::string& key, bool required);
// Layers may share a constant: then both name the same tensor, with the same bytes.
ValueId add_constant(Loader& l, const Layer& layer, const std::string& key, const std::string& name,
                     const Tensor& tensor);
// Weights and biases as inputs of the node.
void add_layer_constants(Loader& l, const Layer& layer, const LayerFormat& format,
                         LayerParameters& parameters, Node& node);
// Nodes are sorted. Which axis layers have their channels at; a complaint if the file says both.
void find_axis_order(Loader& l, const LayerFile& file);
// Infers shapes as far as they go, for the layers that need them to be read.
void resolve_layers(Loader& l);
void check_leftover_data(Loader& l);  // that no layer takes

}  // namespace trireme
