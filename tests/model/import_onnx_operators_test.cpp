// SPDX-License-Identifier: Apache-2.0
// What each ONNX operator becomes. Expected shapes and numbers are worked out beside each case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "tests/model/onnx_builder.h"
// After the builder, which sets how the message classes were built.
#include "model/import/onnx/tensors.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// x -> op -> y with one input.
OnnxBuilder unary(const std::string& op, const Shape& shape, std::int64_t opset = 13) {
  OnnxBuilder m(opset);
  m.input("x", shape);
  m.node(op, {"x"}, {"y"});
  m.output("y");
  return m;
}
NodeBuilder only_node(OnnxBuilder& m) { return NodeBuilder(*m.model.mutable_graph()->mutable_node(0)); }

OnnxBuilder conv(const Shape& data, const Shape& weight) {
  OnnxBuilder m;
  m.input("x", data);
  m.zeros("w", weight);
  m.node("Conv", {"x", "w"}, {"y"});
  m.output("y");
  return m;
}

TEST(OnnxConv, Attributes) {
  OnnxBuilder m = conv({1, 4, 9, 9}, {6, 2, 3, 2});
  only_node(m)
      .ints("pads", {1, 0, 2, 1})
      .ints("strides", {2, 1})
      .ints("dilations", {1, 3})
      .integer("group", 2);
  const Graph graph = m.import();
  const auto& a = attributes<ConvolutionAttributes>(graph.nodes[0]);
  EXPECT_EQ(a.groups, 2);
  EXPECT_EQ(a.window.kernel_h, 3);
  EXPECT_EQ(a.window.kernel_w, 2);
  EXPECT_EQ(a.window.pad_top, 1);
  EXPECT_EQ(a.window.pad_left, 0);
  EXPECT_EQ(a.window.pad_bottom, 2);
  EXPECT_EQ(a.window.pad_right, 1);
  // rows (9 + 3 - 3)/2 + 1 = 5; columns: reach 3*(2-1)+1 = 4, (9 + 1 - 4)/1 + 1 = 7
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 6, 5, 7}));
}

TEST(OnnxConv, AutoPad) {
  // 6 wide, kernel 3, stride 2: 3 outputs need (3-1)*2 + 3 - 6 = 1 pad, at the end (UPPER) or the beginning
  // (LOWER).
  const auto pads = [](const char* mode) {
    OnnxBuilder m = conv({1, 1, 6, 6}, {1, 1, 3, 3});
    only_node(m).text("auto_pad", mode).ints("strides", {2, 2});
    const Graph graph = m.import();
    const Window w = attributes<ConvolutionAttributes>(graph.nodes[0]).window;
    return std::vector<std::int64_t>{w.pad_top, w.pad_left, w.pad_bottom, w.pad_right,
                                     value_named(graph, "y").shape[2]};
  };
  EXPECT_THAT(pads("SAME_UPPER"), ElementsAre(0, 0, 1, 1, 3));
  EXPECT_THAT(pads("SAME_LOWER"), ElementsAre(1, 1, 0, 0, 3));
  EXPECT_THAT(pads("VALID"), ElementsAre(0, 0, 0, 0, 2));
  EXPECT_THAT(pads("NOTSET"), ElementsAre(0, 0, 0, 0, 2));
}

TEST(OnnxConv, Complaints) {
  OnnxBuilder volume = conv({1, 1, 6, 6, 6}, {1, 1, 3, 3, 3});
  EXPECT_THAT(error_of([&] { volume.import(); }), HasSubstr("one to 2 dimensions are supported"));
  OnnxBuilder kernel = conv({1, 1, 6, 6}, {1, 1, 3, 3});
  only_node(kernel).ints("kernel_shape", {5, 5});
  EXPECT_THAT(error_of([&] { kernel.import(); }), HasSubstr("'kernel_shape' is [5,5]"));
  OnnxBuilder mixed = conv({1, 1, 6, 6}, {1, 1, 3, 3});
  only_node(mixed).ints("strides", {2, 2}).ints("pads", {1, 1});
  EXPECT_THAT(error_of([&] { mixed.import(); }), HasSubstr("attribute 'pads' has 2 numbers"));
}

// [1,2,6] by [3,2,3], stride 2: 6 - 3 over 2 gives 2 columns of one row, between two reshapes.
TEST(OnnxConv, OneDimension) {
  OnnxBuilder m = conv({1, 2, 6}, {3, 2, 3});
  only_node(m).ints("strides", {2}).ints("pads", {0, 0});
  const Graph graph = m.import();
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 3, 2}));
  ASSERT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(attributes<ConvolutionAttributes>(graph.nodes[1]).window.stride_w, 2);
}

// 3 wide, kernel 3, stride 2: (3 - 1) 2 + 3 = 7. output_shape 6 takes one pad, which is at the beginning
// unless auto_pad is SAME_UPPER; 8 adds one column behind.
TEST(OnnxConvTranspose, OutputShape) {
  const auto columns = [](std::int64_t wanted, const char* mode) {
    OnnxBuilder m;
    m.input("x", {1, 1, 3, 3});
    m.zeros("w", {1, 1, 3, 3});
    m.node("ConvTranspose", {"x", "w"}, {"y"}).ints("strides", {2, 2}).ints("output_shape", {wanted, wanted});
    only_node(m).text("auto_pad", mode);
    m.output("y");
    const Graph graph = m.import();
    const auto& a = attributes<DeconvolutionAttributes>(graph.nodes[0]);
    return std::vector<std::int64_t>{a.window.pad_left, a.window.pad_right, a.output_pad_w,
                                     value_named(graph, "y").shape[3]};
  };
  EXPECT_THAT(columns(6, "NOTSET"), ElementsAre(1, 0, 0, 6));
  EXPECT_THAT(columns(6, "SAME_UPPER"), ElementsAre(0, 1, 0, 6));
  EXPECT_THAT(columns(8, "NOTSET"), ElementsAre(0, 0, 1, 8));
}

TEST(OnnxPooling, MaxAndAverage) {
  OnnxBuilder m = unary("MaxPool", {1, 2, 7, 7});
  only_node(m)
      .ints("kernel_shape", {3, 3})
      .ints("strides", {2, 2})
      .ints("pads", {0, 0, 1, 1})
      .integer("ceil_mode", 1);
  Graph graph = m.import();
  EXPECT_EQ(attributes<PoolingAttributes>(graph.nodes[0]).type, PoolingAttributes::Type::max);
  EXPECT_TRUE(attributes<PoolingAttributes>(graph.nodes[0]).ceil_mode);
  // (7 + 1 - 3)/2 + 1 = 3.5 up 4; the fourth starts at 6 < 7
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 2, 4, 4}));

  m = unary("AveragePool", {1, 2, 6, 6});
  only_node(m).ints("kernel_shape", {2, 2}).integer("count_include_pad", 1);
  graph = m.import();
  EXPECT_EQ(attributes<PoolingAttributes>(graph.nodes[0]).type, PoolingAttributes::Type::avg);
  EXPECT_TRUE(attributes<PoolingAttributes>(graph.nodes[0]).count_include_pad);
  EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 2, 5, 5}));
}

TEST(OnnxPooling, GlobalIsAWindowOfTheWholeMap) {
  for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
    const Graph graph = unary(op, {1, 5, 4, 6}).import();
    const auto& a = attributes<PoolingAttributes>(graph.nodes[0]);
    EXPECT_EQ(a.window.kernel_h, 4);
    EXPECT_EQ(a.window.kernel_w, 6);
    EXPECT_EQ(a.type == PoolingAttributes::Type::max, std::string(op) == "GlobalMaxPool");
    EXPECT_EQ(value_named(graph, "y").shape, (Shape{1, 5, 1, 1}));
  }
}

TEST(OnnxPooling, Complaints) {
  OnnxBuilder m;
  m.input("x", {1, 1, 4, 4});
  m.node("MaxPool", {"x"}, {"y"}).ints("kernel_shape", {2, 2, 2});
  m.output("y");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("a window of 3 dimensions on [1,1,4,4]"));
  OnnxBuilder bare = unary("MaxPool", {1, 1, 4, 4});
  EXPECT_THAT(error_of([&] { bare.import(); }), HasSubstr("'kernel_shape' is missing"));
}

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

Shape reshaped_to(const Shape& from, const std::vector<std::int64_t>& to, bool allow_zero = false) {
  OnnxBuilder m(14);
  m.input("x", from);
  m.integers("s", {static_cast<std::int64_t>(to.size())}, to);
  auto node = m.node("Reshape", {"x", "s"}, {"y"});
  if (allow_zero) node.integer("allowzero", 1);
  m.output("y");
  return value_named(m.import(), "y").shape;
}

TEST(OnnxReshape, ZerosAndMinusOne) {
  EXPECT_EQ(reshaped_to({2, 3, 4}, {0, -1}), (Shape{2, 12}));
  EXPECT_EQ(reshaped_to({2, 3, 4}, {4, 0, 2}), (Shape{4, 3, 2}));
  EXPECT_EQ(reshaped_to({1}, {}), (Shape{}));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {-1, -1}); }), HasSubstr("cannot reshape [2,3] to [-1,-1]"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {4, -1}); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {7}); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {0, 3}, true); }), HasSubstr("cannot reshape"));
  EXPECT_THAT(error_of([] { reshaped_to({2, 3}, {INT64_MAX, INT64_MAX}); }), HasSubstr("cannot reshape"));
}

TEST(OnnxReshape, AComputedShapeIsUnsupported) {
  OnnxBuilder m;
  m.input("x", {1, 4});
  m.input("s", {2});
  m.node("Reshape", {"x", "s"}, {"y"});
  m.output("y");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("the shape 's' is computed by the network"));
}

TEST(OnnxShapeOperators, FlattenSqueezeUnsqueeze) {
  OnnxBuilder m = unary("Flatten", {2, 3, 4});
  only_node(m).integer("axis", -1);
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{6, 4}));
  m = unary("Flatten", {2, 3, 4});
  only_node(m).integer("axis", 0);
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 24}));

  EXPECT_EQ(value_named(unary("Squeeze", {1, 3, 1}).import(), "y").shape, (Shape{3}));
  m = unary("Squeeze", {1, 3, 1}, 11);
  only_node(m).ints("axes", {-1});
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 3}));
  m = unary("Squeeze", {1, 3, 1}, 11);
  only_node(m).ints("axes", {1});
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("removes axis 1 of [1,3,1]"));

  m = OnnxBuilder(13);
  m.input("x", {3, 4});
  m.integers("axes", {2}, {0, -1});
  m.node("Unsqueeze", {"x", "axes"}, {"y"});
  m.output("y");
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 3, 4, 1}));
}

TEST(OnnxShapeOperators, TransposeAndConcat) {
  EXPECT_EQ(value_named(unary("Transpose", {2, 3, 4}).import(), "y").shape, (Shape{4, 3, 2}));
  OnnxBuilder m;
  m.input("x", {1, 3, 4});
  m.node("Concat", {"x", "x"}, {"y"}).integer("axis", -2);
  m.output("y");
  EXPECT_EQ(value_named(m.import(), "y").shape, (Shape{1, 6, 4}));
}

TEST(OnnxTranspose, OfAConstantMovesItsElements) {
  OnnxBuilder m;
  m.input("x", {2, 3, 1});
  m.floats("c", {1, 2, 3}, {1, 2, 3, 4, 5, 6});
  m.node("Transpose", {"c"}, {"t"}).ints("perm", {2, 0, 1});  // [3,1,2]: t[k,0,j] = c[0,j,k]
  m.node("Add", {"x", "t"}, {"y"});
  m.output("y");
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("[2,3,1] and [3,1,2] do not fit"));
  m.model.mutable_graph()->clear_input();
  m.input("x", {3, 1, 2});
  EXPECT_THAT(floats_of(value_named(m.import(), "t")), ElementsAre(1, 4, 2, 5, 3, 6));
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

TEST(OnnxConstants, EveryForm) {
  const auto constant = [](auto set) {
    OnnxBuilder m;
    m.input("x", {1, 2});
    NodeBuilder node = m.node("Constant", {}, {"c"});
    set(node);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    return floats_of(value_named(m.import(), "c"));
  };
  EXPECT_THAT(constant([](NodeBuilder& n) { n.real("value_float", 3); }), ElementsAre(3));
  EXPECT_THAT(constant([](NodeBuilder& n) {
                auto& a = n.add("value_floats", onnx::AttributeProto::FLOATS);
                a.add_floats(1), a.add_floats(2);
              }),
              ElementsAre(1, 2));
  EXPECT_THAT(constant([](NodeBuilder& n) {
                auto& a = n.add("value", onnx::AttributeProto::TENSOR);
                a.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
                a.mutable_t()->add_float_data(5);
              }),
              ElementsAre(5));
  EXPECT_THAT(error_of([&] { constant([](NodeBuilder& n) { n.text("value_string", "a"); }); }),
              HasSubstr("'value_string' is not supported"));
  EXPECT_THAT(error_of([&] { constant([](NodeBuilder&) {}); }), HasSubstr("it has 0 values"));
}

TEST(OnnxConstants, IntegersGiveShapes) {
  for (const bool list : {true, false}) {
    OnnxBuilder m;
    m.input("x", {1, 4});
    auto node = m.node("Constant", {}, {"s"});
    list ? node.ints("value_ints", {2, 2}) : node.integer("value_int", 4);
    m.node("Reshape", {"x", "s"}, {"y"});
    m.output("y");
    EXPECT_EQ(value_named(m.import(), "y").shape, list ? (Shape{2, 2}) : (Shape{4}));
  }
}

TEST(OnnxConstants, ConstantOfShapeIsBounded) {
  const auto model = [](const std::vector<std::int64_t>& shape) {
    OnnxBuilder m;
    m.input("x", {1, 3});
    m.integers("s", {static_cast<std::int64_t>(shape.size())}, shape);
    auto& value = m.node("ConstantOfShape", {"s"}, {"c"}).add("value", onnx::AttributeProto::TENSOR);
    value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
    value.mutable_t()->add_dims(1);
    value.mutable_t()->add_float_data(0.5F);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    return m;
  };
  EXPECT_THAT(floats_of(value_named(model({3}).import(), "c")), ElementsAre(0.5F, 0.5F, 0.5F));
  EXPECT_THAT(error_of([&] { model({1 << 15, 1 << 15}).import(); }), HasSubstr("may take 2 GiB"));
  EXPECT_THAT(error_of([&] {
                model({INT64_MAX, INT64_MAX}).import();
              }),
              HasSubstr("more than 2^40 elements"));
  EXPECT_THAT(error_of([&] { model({-3}).import(); }), HasSubstr("a dimension is negative"));
}

TEST(OnnxConstants, ShareOneBudget) {
  ConstantBudget budget;  // 2^31 bytes: 2^29 floats, in any portions
  budget.spend((std::int64_t{1} << 28) - 1, DataType::float32);
  budget.spend(std::int64_t{1} << 28, DataType::float32);
  EXPECT_THAT(error_of([&] { budget.spend(2, DataType::float32); }), HasSubstr("may take 2 GiB"));
  budget.spend(1, DataType::float32);
  EXPECT_THAT(error_of([&] { budget.spend(1, DataType::float32); }), HasSubstr("a constant of 4 more bytes"));
}

TEST(OnnxInitializers, HalfPrecisionIsWidened) {
  // 0x3C00 = 1, 0xC000 = -2, 0x3555 = 0.333251953125 (1365/4096), 0x0001 = 2^-24; bfloat16 0x3F80 = 1.
  for (const bool raw : {true, false}) {
    OnnxBuilder m;
    m.input("x", {1, 4});
    auto& c = m.zeros("c", {4});
    c.clear_float_data();
    c.set_data_type(onnx::TensorProto::FLOAT16);
    const std::vector<std::uint16_t> bits = {0x3C00, 0xC000, 0x3555, 0x0001};
    if (raw) c.set_raw_data(bits.data(), 8);
    for (const std::uint16_t pattern : bits) raw ? void() : c.add_int32_data(pattern);
    m.node("Add", {"x", "c"}, {"y"});
    m.output("y");
    EXPECT_THAT(floats_of(value_named(m.import(), "c")), ElementsAre(1, -2, 0.333251953125F, 0x1p-24F));
  }
}

}  // namespace
}  // namespace trireme
