// SPDX-License-Identifier: Apache-2.0
// Operators that ONNX Runtime fuses on codes, compiled and simulated: the reference's codes, on the engine
// that is meant to compute them.
#include "tests/compiler/codes_run.h"

namespace trireme {
namespace {

void expect_codes_of_onnx(const Graph& graph, const std::vector<Engine>& engines) {
  test::expect_reference_codes(graph, RequantRule::onnx, engines);
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
    expect_codes_of_onnx(test::one_node("add", {}, {a, b}, {y}), {Engine::nne});
    const auto row = operand({1, 1, 1, 16}, 0.02F, 5);
    expect_codes_of_onnx(test::one_node("add", {}, {a, row}, {y}), {Engine::tp, Engine::nne});
    expect_codes_of_onnx(test::one_node("multiply", {}, {a, row}, {y}), {Engine::ppu});
    const auto halves = operand({1, 4, 8, 8}, 0.03F, 3);
    expect_codes_of_onnx(test::one_node("pooling", average(2, 2), {a}, {halves}), {Engine::ppu});
    const auto point = operand({1, 4, 1, 1}, 0.03F, 3);
    expect_codes_of_onnx(test::one_node("pooling", average(16, 1), {a}, {point}), {Engine::tp});
    const auto rows = operand({9, 33}, 0.04F, 0), quotients = operand({9, 33}, 1 / 256.0F, 2);
    const Graph softmax = test::one_node("softmax", SoftmaxAttributes{1}, {rows}, {quotients});
    expect_codes_of_onnx(softmax, {Engine::ppu});
    test::expect_reference_codes(softmax, RequantRule::vip8, {Engine::ppu});
  }
}

}  // namespace
}  // namespace trireme
