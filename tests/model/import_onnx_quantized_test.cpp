// SPDX-License-Identifier: Apache-2.0
// Quantized ONNX files become operators on codes with exactly the file's scales.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "tests/model/onnx_quantized_builder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(OnnxQdq, AConvolutionBetweenDequantizeAndQuantizeIsOnCodes) {
  const Graph graph = quantized_convolution().import();
  EXPECT_TRUE(graph.scales_from_model);
  ASSERT_THAT(operators_of(graph), ElementsAre("convolution"));
  const Node& node = graph.nodes[0];
  EXPECT_EQ(to_string(graph.values[node.inputs[0]].quantization), "i8 scale=0.5 zp=-3");
  const Value& weight = graph.values[node.inputs[1]];
  EXPECT_EQ(to_string(weight.quantization), "i8 axis=0 scale=[0.125,2] zp=[0,0]");
  EXPECT_EQ(weight.dtype, DataType::float32);
  EXPECT_THAT(codes_of(weight), ElementsAre(7, -9));
  const Value& bias = graph.values[node.inputs[2]];
  EXPECT_EQ(to_string(bias.quantization), "i32 axis=0 scale=[0.0625,1] zp=[0,0]");
  EXPECT_THAT(codes_of(bias), ElementsAre(1000, -1));
  EXPECT_EQ(graph.values[node.outputs[0]].name, "y");
  EXPECT_EQ(to_string(graph.values[node.outputs[0]].quantization), "i8 scale=0.25 zp=-128");
}

TEST(OnnxQdq, ABiasOfOtherParametersIsQuantizedByThoseOfTheSums) {
  QuantizedBuilder m = quantized_convolution();
  m.floats("real", {2}, {3.0F, -5.4F});  // sums have the scales 0.0625 and 1: 48, -5
  m.model.mutable_graph()->mutable_node(3)->set_input(2, "real");
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("convolution"));
  EXPECT_THAT(codes_of(graph.values[graph.nodes[0].inputs[2]]), ElementsAre(48, -5));
}

TEST(OnnxQdq, AReluThatSaturationDoesAnywayIsGone) {
  EXPECT_THAT(operators_of(quantized_convolution("Relu", -128).import()), ElementsAre("convolution"));
  const Graph graph = quantized_convolution("Relu", -100).import();
  ASSERT_THAT(operators_of(graph), ElementsAre("convolution", "relu"));
  EXPECT_EQ(to_string(graph.values[graph.nodes[0].outputs[0]].quantization), "i8 scale=0.25 zp=-100");
  EXPECT_EQ(graph.values[graph.nodes[1].outputs[0]].name, "y");
}

// With scale 0.25 and zero point -128 the codes end at 255 * 0.25 = 63.75.
TEST(OnnxQdq, AClipStaysIfItClipsBelowTheLargestCode) {
  const auto clipped = [](float top) {
    QuantizedBuilder m = quantized_convolution("Clip");
    m.floats("low", {}, {0});
    m.floats("top", {}, {top});
    auto* node = m.model.mutable_graph()->mutable_node(4);
    node->add_input("low"), node->add_input("top");
    return operators_of(m.import());
  };
  EXPECT_THAT(clipped(63.7F), ElementsAre("convolution"));  // 63.7 / 0.25 rounds to 255
  EXPECT_THAT(clipped(63.6F), ElementsAre("convolution", "relun"));
}

TEST(OnnxQdq, AResultThatAlsoIsNeededAsRealNumbersStaysReal) {
  QuantizedBuilder m = quantized_convolution();
  m.output("c");
  const Graph graph = m.import();
  EXPECT_THAT(operators_of(graph), ElementsAre("dequantize", "convolution", "quantize"));
  const Value& weight = graph.values[graph.nodes[1].inputs[1]];
  EXPECT_THAT(floats_of(weight), ElementsAre(0.875F, -18));
  EXPECT_FALSE(weight.quantization.quantized());
}

TEST(OnnxQdq, InAFileWithQLinearOperatorsProductsStayReal) {
  QuantizedBuilder m = quantized_convolution();
  m.parameters("z", 1, 0);
  m.node("QLinearAdd", {"y", "y_s", "y_z", "y", "y_s", "y_z", "z_s", "z_z"}, {"z"})
      .proto.set_domain("com.microsoft");
  m.model.mutable_graph()->mutable_output(0)->set_name("z");
  EXPECT_THAT(operators_of(m.import()), ElementsAre("dequantize", "convolution", "quantize", "add"));
}

TEST(OnnxQdq, WhatOnlyMovesMovesCodes) {
  QuantizedBuilder m;
  m.input("x", {1, 2, 3});
  m.parameters("x8", 0.5F, 1);
  m.parameters("y8", 0.25F, 1);
  m.quantize("x", "x8");
  m.dequantize("x8", "a");
  m.node("Transpose", {"a"}, {"b"});
  m.node("Sigmoid", {"b"}, {"c"});
  m.node("Flatten", {"c"}, {"d"});
  m.quantize("d", "y8");
  m.output("y8");
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("quantize", "permute", "sigmoid", "reshape"));
  for (const Node& node : graph.nodes) EXPECT_TRUE(graph.values[node.outputs[0]].quantization.quantized());
  EXPECT_EQ(graph.values[graph.nodes[3].outputs[0]].name, "y8");
  EXPECT_EQ(graph.values[graph.nodes[1].outputs[0]].quantization.scale[0], 0.5F);
  EXPECT_EQ(graph.values[graph.nodes[2].outputs[0]].quantization.scale[0], 0.25F);
}

TEST(OnnxQdq, QuantizeOfDequantizeIsNothingOrARescaling) {
  const auto chain = [](float second_scale) {
    QuantizedBuilder m;
    m.input("x", {4});
    m.parameters("a", 0.5F, 1);
    m.parameters("b", second_scale, 1);
    m.quantize("x", "a");
    m.dequantize("a", "ar");
    m.quantize("ar", "b");
    m.dequantize("b", "br");
    m.node("Relu", {"br"}, {"y"});
    m.output("y");
    return operators_of(m.import());
  };
  EXPECT_THAT(chain(0.5F), ElementsAre("quantize", "dequantize", "relu"));
  EXPECT_THAT(chain(0.25F), ElementsAre("quantize", "quantize", "dequantize", "relu"));
}

TEST(OnnxQdq, MatMulAndAddAreOneLayerWithTransposedCodes) {
  QuantizedBuilder m;
  m.input("x", {1, 2});
  m.parameters("x8", 0.5F, 0);
  m.parameters("y8", 1, 0);
  m.quantize("x", "x8");
  m.dequantize("x8", "xr");
  m.codes("w", {2, 3}, {1, 2, 3, 4, 5, 6});
  m.floats("w_s", {3}, {1, 2, 4});
  m.codes("w_z", {3}, {0, 0, 0});
  m.dequantize("w", "wr").integer("axis", -1);
  m.floats("b", {3}, {10, 20, 30});
  m.node("MatMul", {"xr", "wr"}, {"p"});
  m.node("Add", {"p", "b"}, {"s"});
  m.quantize("s", "y8");
  m.output("y8");
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("quantize", "fullconnect"));
  const Value& weight = graph.values[graph.nodes[1].inputs[1]];
  EXPECT_THAT(codes_of(weight), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(to_string(weight.quantization), "i8 axis=0 scale=[1,2,4] zp=[0,0,0]");
  // Scales of the sums: 0.5, 1, 2.
  EXPECT_THAT(codes_of(graph.values[graph.nodes[1].inputs[2]]), ElementsAre(20, 20, 15));
}

TEST(OnnxQdq, FourBitWeights) {
  QuantizedBuilder m = quantized_convolution();
  auto& weight = *m.model.mutable_graph()->mutable_initializer(4);
  weight.set_data_type(22);  // INT4
  weight.clear_int32_data();
  weight.add_int32_data(0xB7);  // 7, then 0xB: -5
  m.model.mutable_graph()->mutable_initializer(6)->set_data_type(22);
  m.model.mutable_graph()->mutable_initializer(6)->clear_int32_data();
  m.model.mutable_graph()->mutable_initializer(6)->add_int32_data(0);
  const Graph graph = m.import();
  ASSERT_THAT(operators_of(graph), ElementsAre("convolution"));
  EXPECT_THAT(codes_of(graph.values[graph.nodes[0].inputs[1]]), ElementsAre(7, -5));
}

TEST(OnnxQdq, CodesThatAreMovedBeforeTheyAreDequantized) {
  QuantizedBuilder m;
  m.input("x", {1, 2, 3}).mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  m.parameters("t", 0.5F, 7, onnx::TensorProto::UINT8);
  m.node("Transpose", {"x"}, {"t"});
  m.dequantize("t", "y");
  m.output("y");
  const Graph graph = m.import();
  EXPECT_EQ(to_string(value_named(graph, "x").quantization), "u8 scale=0.5 zp=7");
  EXPECT_EQ(to_string(value_named(graph, "t").quantization), "u8 scale=0.5 zp=7");
}

TEST(OnnxQdq, CodesReadWithOtherParametersOrAsNumbers) {
  QuantizedBuilder m = quantized_convolution();
  m.parameters("other", 8, 0);
  m.node("DequantizeLinear", {"y", "other_s", "other_z"}, {"z1"});
  m.node("Relu", {"y"}, {"z2"});
  const std::string message = error_of([&] { m.import(); });
  EXPECT_THAT(message, HasSubstr("'y' has codes of i8 scale=0.25 zp=-128, they are read as i8 scale=8 zp=0"));
  EXPECT_THAT(message, HasSubstr("(Relu): it calculates with 'y', the integers of a quantized tensor"));
}

TEST(OnnxQdq, ScalesThatAreNone) {
  const auto with_scale = [](float scale) {
    QuantizedBuilder m = quantized_convolution();
    m.model.mutable_graph()->mutable_initializer(0)->set_float_data(0, scale);
    return error_of([&] { m.import(); });
  };
  EXPECT_THAT(with_scale(0), HasSubstr("it has the scale 0 (scales are positive)"));
  EXPECT_THAT(with_scale(-1), HasSubstr("it has the scale -1"));
  QuantizedBuilder m = quantized_convolution();
  m.model.mutable_graph()->mutable_node(1)->mutable_attribute(0)->set_i(1);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("2 scales along axis 1 of [2,1,1,1]"));
  m = quantized_convolution();
  NodeBuilder(*m.model.mutable_graph()->mutable_node(1)).integer("block_size", 2);
  EXPECT_THAT(error_of([&] { m.import(); }), HasSubstr("scales [2] of blocks of 2 for [2,1,1,1]"));
}

}  // namespace
}  // namespace trireme
