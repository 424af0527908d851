// SPDX-License-Identifier: Apache-2.0
// What ONNX's activations, products and normalizations become. Expected shapes and numbers are worked out
// beside each case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "tests/model/onnx_one_node.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OnnxClip, AttributesBeforeOpset11InputsSince) {
  OnnxBuilder old = unary("Clip", {1, 4}, 10);
  only_node(old).real("min", -1).real("max", 6);
  Graph graph = old.import();
  EXPECT_EQ(attributes<ClipAttributes>(graph.nodes[0]).min, -1.0F);
  EXPECT_EQ(attributes<ClipAttributes>(graph.nodes[0]).max, 6.0F);

  OnnxBuilder m;
  m.input("x", {1, 4});
  m.floats("high", {}, {6});
  m.node("Clip", {"x", "", "high"}, {"y"});
  m.output("y");
  graph = m.import();
  EXPECT_EQ(graph.nodes[0].op, "relun");
  EXPECT_EQ(attributes<ClipAttributes>(graph.nodes[0]).min, std::numeric_limits<float>::lowest());
  EXPECT_EQ(attributes<ClipAttributes>(graph.nodes[0]).max, 6.0F);
}

TEST(OnnxClip, FromZeroOnIsRelu) {
  OnnxBuilder m = unary("Clip", {1, 4}, 7);
  only_node(m).real("min", 0);
  EXPECT_EQ(m.import().nodes[0].op, "relu");
}

TEST(OnnxActivations, Names) {
  EXPECT_EQ(unary("Relu", {1, 4}).import().nodes[0].op, "relu");
  EXPECT_EQ(unary("Sigmoid", {1, 4}).import().nodes[0].op, "sigmoid");
  EXPECT_EQ(unary("Tanh", {1, 4}).import().nodes[0].op, "tanh");
  EXPECT_EQ(unary("Identity", {1, 4}).import().nodes[0].op, "noop");
  const Graph leaky = unary("LeakyRelu", {1, 4}).import();
  EXPECT_EQ(attributes<LeakyReluAttributes>(leaky.nodes[0]).leaky_ratio, 0.01F);
}

TEST(OnnxSoftmax, OneAxisSinceOpset13) {
  const Graph graph = unary("Softmax", {1, 3, 4}).import();
  EXPECT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(attributes<SoftmaxAttributes>(graph.nodes[0]).axis, 2);
}

TEST(OnnxSoftmax, AMatrixBefore) {
  // [2,3,4] from axis 1 on is a matrix of 2 rows of 12.
  const Graph graph = unary("Softmax", {2, 3, 4}, 11).import();
  ASSERT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(attributes<ReshapeAttributes>(graph.nodes[0]).shape, (Shape{2, 12}));
  EXPECT_EQ(attributes<SoftmaxAttributes>(graph.nodes[1]).axis, 1);
  EXPECT_EQ(attributes<ReshapeAttributes>(graph.nodes[2]).shape, (Shape{2, 3, 4}));
  EXPECT_EQ(graph.values[graph.outputs[0]].name, "y");
  // The axes behind being 1, no reshaping is needed: SqueezeNet's [1,1000,1,1].
  EXPECT_EQ(unary("Softmax", {1, 1000, 1, 1}, 11).import().nodes.size(), 1U);
}

TEST(OnnxGemm, TransposesAndScalesConstants) {
  OnnxBuilder m;
  m.input("x", {1, 2});
  m.floats("b", {2, 3}, {1, 2, 3, 4, 5, 6});  // [in,out]
  m.floats("c", {1, 3}, {10, 20, 30});
  m.node("Gemm", {"x", "b", "c"}, {"y"}).real("alpha", 2).real("beta", 0.5F);
  m.output("y");
  const Graph graph = m.import();
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].op, "fullconnect");
  const Value& weight = graph.values[graph.nodes[0].inputs[1]];
  EXPECT_EQ(weight.shape, (Shape{3, 2}));
  EXPECT_THAT(floats_of(weight), ElementsAre(2, 8, 4, 10, 6, 12));  // twice the transposed b
  EXPECT_THAT(floats_of(graph.values[graph.nodes[0].inputs[2]]), ElementsAre(5, 10, 15));
}

TEST(OnnxGemm, TakesTheModelsOwnConstantsWhereItCan) {
  const Graph graph = small_onnx_model().import();
  EXPECT_EQ(graph.values[graph.nodes.back().inputs[1]].name, "fw");
}

TEST(OnnxGemm, AScalarCIsABiasForAll) {
  OnnxBuilder m;
  m.input("x", {1, 2});
  m.zeros("b", {3, 2});
  m.floats("c", {}, {7});
  m.node("Gemm", {"x", "b", "c"}, {"y"}).integer("transB", 1);
  m.output("y");
  const Graph graph = m.import();
  EXPECT_THAT(floats_of(graph.values[graph.nodes[0].inputs[2]]), ElementsAre(7, 7, 7));
}

TEST(OnnxGemm, AMatrixCIsAddedAndATransposedAPermuted) {
  OnnxBuilder m;
  m.input("x", {2, 4});  // transposed: [4,2]
  m.zeros("b", {2, 3});
  m.floats("c", {4, 1}, {1, 2, 3, 4});
  m.node("Gemm", {"x", "b", "c"}, {"y"}).integer("transA", 1).real("beta", 3);
  m.output("y");
  const Graph graph = m.import();
  ASSERT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(graph.nodes[0].op, "permute");
  EXPECT_EQ(graph.nodes[1].op, "fullconnect");
  EXPECT_EQ(graph.nodes[2].op, "add");
  EXPECT_THAT(floats_of(graph.values[graph.nodes[2].inputs[1]]), ElementsAre(3, 6, 9, 12));
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{4, 3}));
}

TEST(OnnxMatMul, SeesConstantsThroughReshape) {
  // As the MNIST model of CNTK has it: the weight is reshaped before it is used.
  OnnxBuilder m(8);
  m.input("x", {1, 4});
  m.floats("p", {2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  m.integers("s", {2}, {4, 2});
  m.node("Reshape", {"p", "s"}, {"w"});
  m.node("MatMul", {"x", "w"}, {"y"});
  m.output("y");
  const Graph graph = m.import();
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_THAT(floats_of(graph.values[graph.nodes[0].inputs[1]]), ElementsAre(1, 3, 5, 7, 2, 4, 6, 8));
}

TEST(OnnxMatMul, LastAxisAndVectors) {
  OnnxBuilder m;
  m.input("x", {2, 3, 4});
  m.zeros("w", {4, 5});
  m.zeros("v", {5});
  m.node("MatMul", {"x", "w"}, {"a"});
  m.node("MatMul", {"a", "v"}, {"y"});
  m.output("y");
  const Graph graph = m.import();
  EXPECT_EQ(value_named(graph, "a").shape, (Shape{2, 3, 5}));
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{2, 3}));
}

TEST(OnnxMatMul, OfTwoComputedValues) {
  OnnxBuilder m;
  m.input("x", {2, 2});
  m.node("MatMul", {"x", "x"}, {"y"});
  m.output("y");
  EXPECT_EQ(m.import().nodes[0].op, "matmul");
}

TEST(OnnxAdd, DataComesBeforeConstants) {
  OnnxBuilder m;
  m.input("x", {1, 2, 3});
  m.zeros("c", {2, 1});
  m.node("Add", {"c", "x"}, {"a"});
  m.node("Mul", {"a", "x"}, {"y"});
  m.output("y");
  const Graph graph = m.import();
  EXPECT_EQ(graph.values[graph.nodes[0].inputs[0]].name, "x");
  EXPECT_EQ(graph.nodes[1].op, "multiply");
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 2, 3}));
}

TEST(OnnxBatchNormalization, InferenceOnly) {
  OnnxBuilder m(15);
  m.input("x", {1, 2, 3, 3});
  for (const char* name : {"s", "b", "mean", "var"}) m.floats(name, {2}, {1, 2});
  auto node = m.node("BatchNormalization", {"x", "s", "b", "mean", "var"}, {"y"}).real("epsilon", 0.25F);
  m.output("y");
  EXPECT_EQ(attributes<BatchNormAttributes>(m.import().nodes[0]).eps, 0.25F);
  node.integer("training_mode", 1);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("'training_mode' is 1"));
}

TEST(OnnxDropout, IsNothingAndItsMaskKeepsAll) {
  OnnxBuilder m;
  m.input("x", {1, 4});
  m.node("Dropout", {"x"}, {"d", "mask"});
  m.node("Relu", {"d"}, {"y"});
  m.output("y");
  EXPECT_EQ(m.import().nodes[0].op, "noop");
  m.output("mask");
  const Graph graph = m.import();
  const Value& mask = value_named(graph, "mask");
  ASSERT_NE(mask.constant, nullptr);
  EXPECT_EQ(mask.dtype, DataType::boolean);
  EXPECT_EQ(mask.constant->bytes, (Bytes{1, 1, 1, 1}));
}

}  // namespace
}  // namespace trireme
