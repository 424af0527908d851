// SPDX-License-Identifier: Apache-2.0
// Operators that ONNX Runtime fuses on codes, compiled and simulated: the reference's codes, on the engine
// that is meant to compute them.
#include <gtest/gtest.h>

#include "compiler/compile.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"
#include "tests/compiler/ppu_kernel_support.h"
#include "tests/support_for_tests/test_chip.h"

namespace trireme {
namespace {

Tensor random_codes(test::Random& random, const Value& value) {
  Tensor tensor(value.quantization.dtype, value.shape);
  for (std::uint8_t& code : tensor.bytes) code = static_cast<std::uint8_t>(random.below(256));
  return tensor;
}

void expect_reference_codes(Graph graph, Engine engine) {
  graph.inputs = graph.nodes[0].inputs;
  graph.outputs = graph.nodes[0].outputs;
  graph.scales_from_model = true;
  const Chip chip = test_chip();
  CompileOptions compile_options;
  compile_options.rule = RequantRule::onnx;
  const NetworkBinary binary = compile(graph, chip, compile_options);
  ASSERT_EQ(binary.jobs.size(), 1U);
  EXPECT_EQ(engine_of(binary.jobs[0]), engine) << graph.nodes[0].op;
  ExecuteOptions options;
  options.quantized = true;
  options.rule = RequantRule::onnx;
  test::Random random(7);
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) inputs.push_back(random_codes(random, graph.values[id]));
  EXPECT_EQ(simulate(binary, chip, inputs).outputs.at(0).tensor.bytes,
            execute(graph, inputs, options).at(0).bytes)
      << graph.nodes[0].op;
}

PoolingAttributes average(std::int64_t size, std::int64_t stride) {
  PoolingAttributes a;
  a.type = PoolingAttributes::Type::avg;
  a.window.kernel_h = a.window.kernel_w = size;
  a.window.stride_h = a.window.stride_w = stride;
  return a;
}

TEST(QLinear, SimulatesWhatTheReferenceComputes) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    SCOPED_TRACE(name_of(type));
    const auto operand = [&](const Shape& shape, float scale, std::int32_t zero_point) {
      return test::Operand{shape, DataType::float32, test::codes(type, {scale}, {zero_point})};
    };
    const Shape map = {1, 4, 16, 16};
    const auto a = operand(map, 0.03F, 3), b = operand(map, 0.07F, 21), y = operand(map, 0.1F, 40);
    expect_reference_codes(test::one_node("add", {}, {a, b}, {y}), Engine::nne);
    const auto row = operand({1, 1, 1, 16}, 0.02F, 5);
    expect_reference_codes(test::one_node("multiply", {}, {a, row}, {y}), Engine::ppu);
    const auto halves = operand({1, 4, 8, 8}, 0.03F, 3);
    expect_reference_codes(test::one_node("pooling", average(2, 2), {a}, {halves}), Engine::ppu);
    const auto point = operand({1, 4, 1, 1}, 0.03F, 3);
    expect_reference_codes(test::one_node("pooling", average(16, 1), {a}, {point}), Engine::tp);
    const auto rows = operand({9, 33}, 0.04F, 0), quotients = operand({9, 33}, 1 / 256.0F, 2);
    expect_reference_codes(test::one_node("softmax", SoftmaxAttributes{1}, {rows}, {quotients}), Engine::ppu);
  }
}

}  // namespace
}  // namespace trireme
