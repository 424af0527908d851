// SPDX-License-Identifier: Apache-2.0
// QLinear operators: codes in and out, weights and biases with the scales of their inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "tests/model/onnx_quantized_builder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

QuantizedBuilder with_codes_input(const Shape& shape) {
  QuantizedBuilder m;
  m.input("x", shape).mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT8);
  m.parameters("x", 0.5F, -3);
  m.parameters("y", 0.25F, 4);
  m.output("y");
  return m;
}

void microsoft(NodeBuilder node) { node.proto.set_domain("com.microsoft"); }

TEST(OnnxQLinear, Convolution) {
  QuantizedBuilder m = with_codes_input({1, 1, 4, 4});
  m.codes("w", {2, 1, 3, 3}, std::vector<int>(18, 5));
  m.floats("w_s", {2}, {0.125F, 2});
  m.codes("w_z", {2}, {0, 1});
  m.codes("b", {2}, {1000, -1}, onnx::TensorProto::INT32);
  m.node("QLinearConv", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z", "b"}, {"y"})
      .ints("pads", {1, 1, 1, 1});
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("convolution"));
  const std::vector<ValueId>& inputs = graph.nodes[0].inputs;
  EXPECT_EQ(to_string(graph.values[inputs[1]].quantization), "i8 axis=0 scale=[0.125,2] zp=[0,1]");
  EXPECT_EQ(to_string(graph.values[inputs[2]].quantization), "i32 axis=0 scale=[0.0625,1] zp=[0,0]");
  EXPECT_THAT(codes_of(graph.values[inputs[2]]), ElementsAre(1000, -1));
  EXPECT_EQ(to_string(value_named(graph, "y").quantization), "i8 scale=0.25 zp=4");
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 2, 4, 4}));
}

TEST(OnnxQLinear, MatMulTransposesItsWeights) {
  QuantizedBuilder m = with_codes_input({1, 2});
  m.codes("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  m.parameters("w", 2, 0);
  m.node("QLinearMatMul", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z"}, {"y"});
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("fullconnect"));
  EXPECT_THAT(codes_of(graph.values[graph.nodes[0].inputs[1]]), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(OnnxQLinear, Gemm) {
  QuantizedBuilder m = with_codes_input({1, 2});
  m.codes("w", {3, 2}, {1, 2, 3, 4, 5, 6});
  m.parameters("w", 2, 0);
  m.codes("c", {1, 3}, {7, 8, 9}, onnx::TensorProto::INT32);
  auto node = m.node("QGemm", {"x", "x_s", "x_z", "w", "w_s", "w_z", "c", "y_s", "y_z"}, {"y"});
  microsoft(node.integer("transB", 1));
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("fullconnect"));
  EXPECT_THAT(codes_of(graph.values[graph.nodes[0].inputs[1]]), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(to_string(graph.values[graph.nodes[0].inputs[2]].quantization), "i32 scale=1 zp=0");
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 3}));
}

TEST(OnnxQLinear, AddOfAConstant) {
  QuantizedBuilder m = with_codes_input({1, 2});
  m.codes("k", {2}, {1, 2});
  m.parameters("k", 2, 1);
  microsoft(m.node("QLinearAdd", {"k", "k_s", "k_z", "x", "x_s", "x_z", "y_s", "y_z"}, {"y"}));
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("add"));
  EXPECT_EQ(graph.values[graph.nodes[0].inputs[0]].name, "x");
  EXPECT_EQ(to_string(graph.values[graph.nodes[0].inputs[1]].quantization), "i8 scale=2 zp=1");
}

TEST(OnnxQLinear, OperatorsOfOneInput) {
  for (const auto& [name, op] : {std::pair{"QLinearSigmoid", "sigmoid"}, {"QLinearLeakyRelu", "leakyrelu"}}) {
    QuantizedBuilder m = with_codes_input({1, 2});
    microsoft(m.node(name, {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}));
    EXPECT_THAT(operators_of(m.import()), ElementsAre(op));
  }
}

TEST(OnnxQLinear, SoftmaxOfTheOlderKindRunsOverRows) {
  QuantizedBuilder m = with_codes_input({2, 3, 4});
  auto node = m.node("QLinearSoftmax", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"});
  microsoft(node.integer("axis", 1).integer("opset", 12));
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("reshape", "softmax", "reshape"));
  EXPECT_EQ(graph.values[graph.nodes[1].outputs[0]].shape, (Shape{2, 12}));
  EXPECT_EQ(to_string(value_named(graph, "y").quantization), "i8 scale=0.25 zp=4");
}

TEST(OnnxQLinear, PoolsOfMapsWithChannelsLast) {
  QuantizedBuilder m = with_codes_input({1, 4, 6, 3});  // rows, columns, channels
  auto node = m.node("QLinearAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"});
  microsoft(node.ints("kernel_shape", {2, 3}).ints("strides", {2, 3}).integer("channels_last", 1));
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("permute", "pooling", "permute"));
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 2, 2, 3}));

  m = with_codes_input({1, 4, 6, 3});
  microsoft(m.node("QLinearGlobalAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"})
                .integer("channels_last", 1));
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 1, 1, 3}));
}

TEST(OnnxQLinear, ConcatTakesPartsOfDifferentScales) {
  QuantizedBuilder m = with_codes_input({1, 2});
  m.codes("k", {1, 1}, {1});
  m.parameters("k", 2, 1);
  microsoft(m.node("QLinearConcat", {"y_s", "y_z", "x", "x_s", "x_z", "k", "k_s", "k_z"}, {"y"})
                .integer("axis", 1));
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("concat"));
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 3}));
}

TEST(OnnxQLinear, AScaleAChannelOfAnActivationIsRefused) {
  QuantizedBuilder m = with_codes_input({1, 2});
  m.floats("two", {2}, {1, 2});
  microsoft(m.node("QLinearSigmoid", {"x", "two", "", "y_s", "y_z"}, {"y"}));
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("it has 2 scales"));
}

}  // namespace
}  // namespace trireme
