// SPDX-License-Identifier: Apache-2.0
// NAME.json with one layer, for tests of how it is read.
#pragma once

#include <nlohmann/json.hpp>

#include "tensor/files.h"
#include "tests/model/onnx_builder.h"

namespace trireme::test {

// One layer "l_1" between `inputs` inputs of a shape and its outputs.
struct OneLayer {
  std::string op;
  Shape shape;
  std::string parameters = "{}";
  int inputs = 1;
  std::map<std::string, Tensor> data = {};
  int outputs = 1;
  std::string platform = "onnx";
};

inline Graph load(const OneLayer& layer) {
  using Json = nlohmann::ordered_json;
  TempFolder folder;
  Json layers = Json::object(), sources = Json::array(), ports = Json::array();
  for (int i = 0; i < layer.inputs; ++i) {
    const std::string lid = "x_" + std::to_string(2 + i);
    layers[lid] = {{"name", lid}, {"op", "input"}, {"parameters", {{"shape", layer.shape}}}};
    sources.push_back("@" + lid + ":out0");
  }
  for (int i = 0; i < layer.outputs; ++i) {
    const std::string port = "out" + std::to_string(i);
    ports.push_back(port);
    layers[port + "_0"] = {{"name", port}, {"op", "output"}, {"inputs", Json::array({"@l_1:" + port})}};
  }
  layers["l_1"] = {{"name", "l"},
                   {"op", layer.op},
                   {"parameters", Json::parse(layer.parameters)},
                   {"inputs", sources},
                   {"outputs", ports}};
  const Json file = {{"MetaData", {{"Name", "n"}, {"Platform", layer.platform}}}, {"Layers", layers}};
  write_file(folder / "n.json", std::string_view(file.dump()));
  write_npz(folder / "n.data", layer.data);
  return load_acuity(folder / "n.json", folder / "n.data");
}

}  // namespace trireme::test
