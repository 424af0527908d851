// SPDX-License-Identifier: Apache-2.0
#include "traces/run_json.h"

#include <map>
#include <nlohmann/json.hpp>

#include "traces/run_folder.h"

namespace trireme {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json tensor_files(const GoldenTensor& layer) {
  const std::string stem = "layers/" + layer_file_stem(layer);
  return {{"raw", stem + ".dat"}, {"dtype", name_of(layer.tensor.dtype)}, {"text", stem + ".tensor"}};
}

}  // namespace

std::string layer_file_stem(const GoldenTensor& layer) {
  return host_tensor_name(0, layer.lid, 0, layer.tensor.shape);
}

std::string graph_json(const RunRecord& record) {
  std::map<std::string, const GoldenTensor*> dumped;
  for (const GoldenTensor& layer : record.layers) dumped[layer.lid] = &layer;
  Json layers = Json::array();
  for (const GraphNode& node : record.graph) {
    Json json = {{"lid", node.lid},       {"name", node.name},
                 {"op", node.op},         {"engine", node.engine},
                 {"reason", node.reason}, {"inputs", node.inputs},
                 {"merged", node.merged}, {"output_shape", node.output_shape},
                 {"dtype", node.dtype},   {"quantization", node.quantization},
                 {"jobs", node.jobs}};
    // What a fused layer leaves is the tensor of the last one computed in it.
    const auto found = dumped.find(node.merged.empty() ? node.lid : node.merged.back());
    if (found != dumped.end()) json["tensor"] = tensor_files(*found->second);
    layers.push_back(std::move(json));
  }
  return text_of({{"version", 1}, {"network", record.profile.network}, {"layers", std::move(layers)}});
}

std::string memory_json(const RunRecord& record) {
  Json buffers = Json::array(), findings = Json::array();
  for (const MemoryBuffer& buffer : record.buffers) {
    buffers.push_back({{"name", buffer.name},
                       {"kind", buffer.kind},
                       {"memory", buffer.memory},
                       {"address", buffer.address},
                       {"bytes", buffer.bytes},
                       {"from_cycle", buffer.from_cycle},
                       {"to_cycle", buffer.to_cycle}});
  }
  for (const Finding& finding : record.findings)
    findings.push_back({{"kind", finding.kind}, {"text", finding.text}});
  return text_of({{"version", 1}, {"buffers", std::move(buffers)}, {"findings", std::move(findings)}});
}

}  // namespace trireme
