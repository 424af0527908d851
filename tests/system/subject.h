// SPDX-License-Identifier: Apache-2.0
// A quantized network with its binaries, as the system tests compare them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "isa/network_binary.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"

namespace trireme {

inline NetworkBinary compiled(const Graph& graph, const Chip& chip, bool fuse, bool use_vip_sram = true,
                              RequantRule rule = RequantRule::vipf) {
  CompileOptions options;
  options.fuse = fuse;
  options.use_vip_sram = use_vip_sram;
  options.rule = rule;
  NetworkBinary binary = compile(graph, chip, options);
  check(binary, chip, "test");
  return binary;
}

// Every tensor the simulator shows equals the reference's, byte for byte. Returns how many were compared.
inline std::size_t expect_same_layers(const Graph& graph, const NetworkBinary& binary, const Chip& chip,
                                      const std::vector<Tensor>& inputs) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = binary.rule;
  options.ties = binary.ties;
  std::map<std::string, Tensor> reference;
  execute(graph, inputs, options,
          [&](ValueId id, const Tensor& tensor) { reference[graph.values[id].name] = tensor; });
  SimulateOptions simulate_options;
  simulate_options.dump_layers = true;
  std::vector<Tensor> stored;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    stored.push_back(quantize(inputs[i], graph.values[graph.inputs[i]].quantization));
  }
  const RunRecord record = simulate(binary, chip, stored, simulate_options);
  EXPECT_TRUE(record.findings.empty()) << record.findings.front().text;
  std::size_t compared = 0;
  for (const GoldenTensor& layer : record.layers) {
    const auto found = reference.find(layer.value);
    if (found == reference.end()) continue;  // a network input
    ++compared;
    EXPECT_EQ(found->second.dtype, layer.tensor.dtype) << layer.value;
    EXPECT_EQ(found->second.bytes, layer.tensor.bytes) << layer.value;
  }
  for (std::size_t i = 0; i < record.outputs.size(); ++i) {
    EXPECT_EQ(reference.at(graph.values[graph.outputs[i]].name).bytes, record.outputs[i].tensor.bytes);
  }
  return compared;
}

inline void expect_closed_books(const Profile& profile) {
  for (const EngineProfile& engine : profile.engines) {
    EXPECT_EQ(engine.causes.total(), profile.total_cycles) << engine.engine;
  }
  std::uint64_t exclusive = profile.exclusive_outside_layers;
  for (const LayerProfile& layer : profile.layers) exclusive += layer.exclusive_cycles;
  EXPECT_EQ(exclusive, profile.total_cycles);
}

}  // namespace trireme
