// SPDX-License-Identifier: Apache-2.0
// NAME.json as it stands in the file: its layers field by field, not connected yet.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/import/acuity/layer.h"

namespace trireme {

struct Layer {
  std::string lid, name, op;
  Json parameters = Json::object();
  std::vector<std::string> inputs, outputs;         // "@conv1_4:out0"; "out0"
  std::map<std::string, std::string> tensor_names;  // of "out0", "weight", …, as the source model has them
  std::map<std::string, Json> quantization;         // likewise; of a file whose scales come with the model
};

struct LayerFile {
  std::string name, platform, original_platform, generator;  // of MetaData; may be empty
  bool scales_from_model = false;
  std::vector<Layer> layers;  // in the order of the file
};

// Error if it is no layer graph at all; complaints about single layers are collected.
LayerFile read_layer_file(const std::filesystem::path& path, Problems& problems);
std::string place_of(const std::string& file, const Layer& layer);  // "n.json: layer 'conv1_4'"

}  // namespace trireme
