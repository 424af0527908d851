// SPDX-License-Identifier: Apache-2.0
// Compiled networks against the reference, on random inputs.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "model/quantize/calibrate.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"
#include "tests/compiler/networks.h"

namespace trireme::test {

// The codes of the outputs and of every layer, which are read when the last of its jobs has finished.
inline void expect_reference(const Graph& graph, const NetworkBinary& binary, const Chip& chip) {
  std::vector<Tensor> inputs;
  for (const Tensor& real : random_inputs(graph, 3))
    inputs.push_back(quantize(real, graph.values[graph.inputs[inputs.size()]].quantization));
  SimulateOptions options;
  options.dump_layers = true;
  const RunRecord record = simulate(binary, chip, inputs, options);
  EXPECT_TRUE(record.findings.empty());
  ExecuteOptions execution;
  execution.quantized = true;
  execution.rule = binary.rule;
  execution.ties = binary.ties;
  std::map<std::string, Tensor> values;
  const std::vector<Tensor> expected =
      execute(graph, inputs, execution,
              [&](ValueId id, const Tensor& tensor) { values[graph.values[id].name] = tensor; });
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(record.outputs.at(i).tensor.bytes, expected[i].bytes) << record.outputs[i].value;
  for (const GoldenTensor& layer : record.layers) {
    const auto value = values.find(layer.value);
    if (value == values.end()) continue;
    EXPECT_EQ(layer.tensor.bytes, value->second.bytes) << layer.value;
  }
}

}  // namespace trireme::test
