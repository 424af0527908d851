// SPDX-License-Identifier: Apache-2.0
// Operators and forms of operators of operator sets 18 to 24. tools/operator_check compares many more with
// ONNX Runtime.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/reference/execute.h"
#include "tests/model/onnx_quantized_builder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<double> numbers(const Tensor& tensor) {
  std::vector<double> list;
  for (std::int64_t i = 0; i < tensor.size(); ++i) list.push_back(element(tensor, i));
  return list;
}

// The first output for these inputs.
std::vector<double> result(const OnnxBuilder& m, const std::vector<Tensor>& inputs) {
  return numbers(execute(m.import(), inputs, {}).at(0));
}

void declare(onnx::ValueInfoProto& info, int type) {
  info.mutable_type()->mutable_tensor_type()->set_elem_type(type);
}

// Two query heads share one head of keys; one position is past; a mask, a causal mask and a cap. Numbers are
// ONNX Runtime 1.30's, but for the hidden scores: it has the lowest float there, ONNX defines minus infinity.
TEST(OnnxAttention, EverythingAtOnce) {
  OnnxBuilder m(24);
  m.input("q", {1, 2, 2, 2});
  m.input("k", {1, 1, 2, 2});
  m.input("v", {1, 1, 2, 2});
  m.floats("mask", {2, 3}, {0, -1, 0.5F, 1, 0.25F, 0});
  m.floats("pk", {1, 1, 1, 2}, {0.75F, -0.5F});
  m.floats("pv", {1, 1, 1, 2}, {5, 6});
  m.node("Attention", {"q", "k", "v", "mask", "pk", "pv"}, {"y", "keys", "values", "scores"})
      .integer("is_causal", 1)
      .integer("qk_matmul_output_mode", 2)
      .real("softcap", 2);
  for (const char* name : {"y", "keys", "values", "scores"}) m.output(name);
  const std::vector<Tensor> found =
      execute(m.import(),
              {Tensor::of<float>({1, 2, 2, 2}, {0.5F, -1, 0.25F, 0.75F, 1, 0.5F, -0.5F, 0.25F}),
               Tensor::of<float>({1, 1, 2, 2}, {0.5F, 0.25F, -1, 0.5F}),
               Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4})},
              {});
  const auto near = [](const Tensor& tensor, const std::vector<float>& wanted) {
    ASSERT_EQ(tensor.size(), static_cast<std::int64_t>(wanted.size()));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const float value = tensor.data<float>()[i];
      EXPECT_TRUE(value == wanted[i] || std::abs(value - wanted[i]) < 1e-5F) << i << ": " << value;
    }
  };
  near(found[0],
       {4.3279109F, 5.3279104F, 3.3079028F, 4.3079028F, 3.8561130F, 4.8561125F, 3.3449702F, 4.3449697F});
  near(found[1], {0.75F, -0.5F, 0.5F, 0.25F, -1, 0.5F});
  near(found[2], {5, 6, 1, 2, 3, 4});
  near(found[3], {0.5997081F, -1, -kInfinity, 0.8676113F, 0.4700761F, 0.0883309F, 0.3499160F, -0.5651135F,
                  -kInfinity, 0.6500840F, 0.1176114F, 0.4348864F});
}

TEST(OnnxAttention, HeadsThatDoNotShareEvenly) {
  OnnxBuilder m(23);
  m.input("q", {1, 3, 2, 2});
  m.input("k", {1, 2, 2, 2});
  m.input("v", {1, 2, 2, 2});
  m.node("Attention", {"q", "k", "v"}, {"y"});
  m.output("y");
  try {
    m.import();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("queries [1,3,2,2], keys [1,2,2,2]"));
  }
}

// Position 1 has the angle 0; position 0 turns by (cos, sin) = (1/2, 3/4), or (1/4, 1/2) for the second pair.
// Neighbours: (1, 2) -> (1/2 - 6/4, 3/4 + 1) = (-1, 1.75), (3, 4) -> (3/4 - 2, 6/4 + 1) = (-1.25, 2.5).
// Halves: (1, 3) -> (1/2 - 9/4, 3/4 + 3/2) = (-1.75, 2.25), (2, 4) -> (2/4 - 2, 1 + 1) = (-1.5, 2).
TEST(OnnxRotaryEmbedding, TurnsPairs) {
  const auto turned = [](bool interleaved) {
    OnnxBuilder m(23);
    m.input("x", {1, 1, 2, 4});
    m.floats("cos", {2, 2}, {0.5F, 0.25F, 1, 1});
    m.floats("sin", {2, 2}, {0.75F, 0.5F, 0, 0});
    m.integers("at", {1, 2}, {0, 1});
    m.node("RotaryEmbedding", {"x", "cos", "sin", "at"}, {"y"}).integer("interleaved", interleaved ? 1 : 0);
    m.output("y");
    return result(m, {Tensor::of<float>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})});
  };
  EXPECT_THAT(turned(true), ElementsAre(-1, 1.75, -1.25, 2.5, 5, 6, 7, 8));
  EXPECT_THAT(turned(false), ElementsAre(-1.75, -1.5, 2.25, 2, 5, 6, 7, 8));
}

// Blocks of 2 along 5 codes, the last cut short: (1-1)/2, (-2-1)/2, (3+1)*2, (7+1)*2, (5-0)*3.
TEST(OnnxDequantize, ScalesOfBlocks) {
  constexpr int kInt4 = 22;
  QuantizedBuilder m(21);
  m.input("x", {1, 5});
  m.codes("w", {1, 5}, {0xE1, 0x73, 0x05}, kInt4);  // two codes a number
  m.floats("s", {1, 3}, {0.5F, 2, 3});
  m.codes("z", {1, 3}, {0xF1, 0x00}, kInt4);
  m.node("DequantizeLinear", {"w", "s", "z"}, {"r"}).integer("block_size", 2).integer("axis", 1);
  m.node("Add", {"x", "r"}, {"y"});
  m.output("y");
  EXPECT_THAT(result(m, {Tensor::of<float>({1, 5}, {0, 0, 0, 0, 100})}), ElementsAre(0, -1.5, 8, 16, 115));
}

// Steps of 1/2, ties to even: 0.25 -> 0, 0.75 -> 1.5 -> 2, and saturation at both ends; of 4 bits: 0 to 15.
TEST(OnnxQuantize, TypesThatAreNoCodes) {
  const auto quantized = [](int type, const std::vector<float>& x) {
    QuantizedBuilder m(21);
    m.input("x", {static_cast<std::int64_t>(x.size())});
    m.floats("s", {}, {0.5F});
    m.codes("z", {}, {7}, type);
    m.node("QuantizeLinear", {"x", "s", "z"}, {"y"});
    m.output("y");
    return result(m, {Tensor::of<float>({static_cast<std::int64_t>(x.size())}, x)});
  };
  EXPECT_THAT(quantized(onnx::TensorProto::UINT16, {0.25F, 0.75F, -4, 40000, 30000}),
              ElementsAre(7, 9, 0, 65535, 60007));
  EXPECT_THAT(quantized(21, {0.25F, 0.75F, -4, 3.75F, 4, 40000}), ElementsAre(7, 9, 0, 15, 15, 15));
}

// A scale that the network computes: x / (2 + 2) in uint8, and back.
TEST(OnnxQuantize, ComputedScale) {
  QuantizedBuilder m(13);
  m.input("x", {3});
  m.input("s", {1});
  m.codes("z", {}, {10}, onnx::TensorProto::UINT8);
  m.node("Add", {"s", "s"}, {"scale"});
  m.node("QuantizeLinear", {"x", "scale", "z"}, {"q"});
  m.node("DequantizeLinear", {"q", "scale", "z"}, {"y"});
  m.output("y");
  const Tensor x = Tensor::of<float>({3}, {9, -11, -100}), s = Tensor::of<float>({1}, {2});
  EXPECT_THAT(result(m, {x, s}), ElementsAre(8, -12, -40));  // 2.25 -> 2, -2.75 -> -3, -25 -> saturated: -10
}

// Towards the nearest integer, halves away from zero, then the low four bits (ONNX Runtime 1.30).
TEST(OnnxCast, ToFourBits) {
  const auto cast = [](int to) {
    OnnxBuilder m(21);
    m.input("x", {8});
    m.node("Cast", {"x"}, {"y"}).integer("to", to);
    m.output("y");
    return result(m, {Tensor::of<float>({8}, {-9, -8, -2.5F, 0.4F, 2.5F, 7.4F, 8, 17.5F})});
  };
  EXPECT_THAT(cast(22), ElementsAre(7, -8, -3, 0, 3, 7, -8, 2));
  EXPECT_THAT(cast(21), ElementsAre(7, 8, 13, 0, 3, 7, 8, 2));
}

// A lower limit above the upper one: everything is the upper one (ONNX, Clip: Min(max, Max(input, min))).
TEST(OnnxClip, LimitsThatCross) {
  OnnxBuilder m(13);
  m.input("x", {3});
  m.floats("low", {}, {5});
  m.floats("high", {}, {2});
  m.node("Clip", {"x", "low", "high"}, {"y"});
  m.output("y");
  EXPECT_THAT(result(m, {Tensor::of<float>({3}, {1, 3, 7})}), ElementsAre(2, 2, 2));
}

OnnxBuilder reduction(const std::string& op, const Shape& shape, const std::vector<std::int64_t>& axes) {
  OnnxBuilder m(20);
  m.input("x", shape);
  m.integers("axes", {static_cast<std::int64_t>(axes.size())}, axes);
  m.node(op, {"x", "axes"}, {"y"}).integer("noop_with_empty_axes", 1);
  m.output("y");
  return m;
}

// Over no axes a reduction still does to each element what it does to one (ONNX Runtime 1.30).
TEST(OnnxReduce, OverNoAxes) {
  const Tensor x = Tensor::of<float>({2}, {-3, 1});
  EXPECT_THAT(result(reduction("ReduceSum", {2}, {}), {x}), ElementsAre(-3, 1));
  EXPECT_THAT(result(reduction("ReduceL1", {2}, {}), {x}), ElementsAre(3, 1));
  EXPECT_THAT(result(reduction("ReduceL2", {2}, {}), {x}), ElementsAre(3, 1));
  EXPECT_THAT(result(reduction("ReduceSumSquare", {2}, {}), {x}), ElementsAre(9, 1));
  EXPECT_THAT(result(reduction("ReduceLogSumExp", {2}, {}), {x}), ElementsAre(-3, 1));
}

// Of nothing: the element that changes no result.
TEST(OnnxReduce, OfNothing) {
  const auto reduced = [](const std::string& op) {
    ImportOptions options;
    options.bind["x"] = Tensor(DataType::float32, {2, 0});
    const Graph graph = reduction(op, {2, 0}, {1}).import(options);
    return numbers(*graph.values[graph.outputs[0]].constant);
  };
  EXPECT_THAT(reduced("ReduceSum"), ElementsAre(0, 0));
  EXPECT_THAT(reduced("ReduceProd"), ElementsAre(1, 1));
  EXPECT_THAT(reduced("ReduceMax"), ElementsAre(-kInfinity, -kInfinity));
  EXPECT_THAT(reduced("ReduceMin"), ElementsAre(kInfinity, kInfinity));
  EXPECT_THAT(reduced("ReduceLogSumExp"), ElementsAre(-kInfinity, -kInfinity));
}

}  // namespace
}  // namespace trireme
