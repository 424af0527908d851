// SPDX-License-Identifier: Apache-2.0
// Products and convolutions of codes that the array does not take: programs of the PPU, code for code what
// the reference computes, under every rule and tie.
#include "tests/compiler/codes_run.h"

namespace trireme::test {
namespace {

struct Use {
  RequantRule rule;
  Ties ties;
};

std::vector<Use> uses() {
  std::vector<Use> list;
  for (const RequantRule rule : {RequantRule::vip7, RequantRule::vip8, RequantRule::vipf}) {
    for (const Ties ties : {Ties::half_up, Ties::half_even, Ties::half_away}) list.push_back({rule, ties});
  }
  for (const RequantRule rule :
       {RequantRule::onnx, RequantRule::tflite, RequantRule::tflm, RequantRule::tflm_single})
    list.push_back({rule, Ties::half_up});
  return list;
}

Operand coded(DataType type, const Shape& shape, std::vector<float> scale, int zero_point) {
  const std::vector<std::int32_t> zeros(scale.size(), zero_point);
  const int axis = scale.size() > 1 ? 0 : -1;
  return {shape, DataType::float32, codes(type, std::move(scale), zeros, axis)};
}

void expect_on_ppu(const Graph& graph) {
  std::uint64_t seed = 1;
  for (const Use& use : uses()) expect_reference_codes(graph, use.rule, {Engine::ppu}, seed++, use.ties);
}

// Scales that are powers of two have ties; outputs finer than the sums shift to the left.
constexpr float kOutputs[] = {0x1p-2F, 0x1p-5F, 0x1p-9F, 0.37F, 0.0411F, 0x1p-14F, 900.0F, 1e12F};

TEST(CodedSums, Matmul) {
  for (const DataType type : {DataType::uint8, DataType::int8}) {
    for (const float out : kOutputs) {
      if (out < 0x1p-12F) continue;
      SCOPED_TRACE(out);
      expect_on_ppu(one_node("matmul", {},
                             {coded(type, {2, 5, 37}, {0x1p-6F}, 7), coded(type, {37, 9}, {0x1p-5F}, -3)},
                             {coded(type, {2, 5, 9}, {out}, 11)}));
    }
  }
}

TEST(CodedSums, KernelsLargerThanTheArrays) {
  ConvolutionAttributes attr;
  attr.window.kernel_h = 17;
  attr.window.kernel_w = 3;
  attr.window.pad_top = 8;
  attr.window.pad_bottom = 9;
  attr.window.pad_left = 1;
  attr.window.stride_w = 2;
  for (const std::int64_t groups : {1, 2}) {
    attr.groups = groups;
    for (const DataType type : {DataType::uint8, DataType::int8}) {
      for (const float out : kOutputs) {
        SCOPED_TRACE(out);
        const Operand in = coded(type, {2, 4, 9, 8}, {0x1p-6F}, 5);
        const Operand y = coded(type, {2, 6, 10, 4}, {out}, -9);
        const Shape kernels = {6, 4 / groups, 17, 3};
        expect_on_ppu(one_node("convolution", attr, {in, coded(type, kernels, {0x1p-5F}, 2)}, {y}));
        const std::vector<float> scales = {0x1p-5F, 0.013F, 0x1p-4F, 0x1p-9F, 1.9F, 0x1p-5F};
        expect_on_ppu(one_node("convolution", attr, {in, coded(type, kernels, scales, 0)}, {y}));
      }
    }
  }
}

}  // namespace
}  // namespace trireme::test
