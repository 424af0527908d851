// SPDX-License-Identifier: Apache-2.0
// Operators on codes, compiled and simulated: the reference's codes, on the engine that is meant to compute
// them.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "compiler/compile.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"
#include "tests/compiler/ppu_kernel_support.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme::test {

// Real numbers are multiples of 1/64, so that many quotients are halves.
inline Tensor random_operand(Random& random, const Value& value) {
  Tensor tensor(value.quantization.dtype, value.shape);
  if (is_float(tensor.dtype)) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < tensor.size(); ++i)
      values.push_back(static_cast<float>(random.below(2048) - 1024) / 64);
    return Tensor::of<float>(value.shape, values);
  }
  for (std::uint8_t& code : tensor.bytes) code = static_cast<std::uint8_t>(random.below(256));
  return tensor;
}

// Of a graph of one node, on random codes. `engines`: of its jobs, in their order.
inline void expect_reference_codes(Graph graph, RequantRule rule, const std::vector<Engine>& engines,
                                   std::uint64_t seed = 7, Ties ties = Ties::half_up) {
  graph.inputs = graph.nodes[0].inputs;
  graph.outputs = graph.nodes[0].outputs;
  graph.scales_from_model = true;
  const std::string what = graph.nodes[0].op + " " + name_of(rule) + " " + name_of(ties);
  const Chip chip = test_chip();
  CompileOptions compile_options;
  compile_options.rule = rule;
  compile_options.ties = ties;
  const NetworkBinary binary = compile(graph, chip, compile_options);
  std::vector<Engine> found;
  for (const Job& job : binary.jobs) found.push_back(engine_of(job));
  EXPECT_EQ(found, engines) << what;
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  options.ties = ties;
  Random random(seed);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) inputs.push_back(random_operand(random, graph.values[id]));
  const Tensor simulated = simulate(binary, chip, inputs).outputs.at(0).tensor;
  EXPECT_EQ(simulated.bytes, execute(graph, inputs, options).at(0).bytes) << what;
}

}  // namespace trireme::test
