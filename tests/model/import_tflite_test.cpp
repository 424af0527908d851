// SPDX-License-Identifier: Apache-2.0
// Small .tflite files: what the graph has for them, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/reference/execute.h"
#include "tests/model/tflite_builder.h"

namespace trireme {
namespace {

using test::Codes;
using test::TfliteBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fb = tflite_file;
using Code = fb::BuiltinOperator;
constexpr fb::TensorType kFloat = fb::TensorType::FLOAT32, kInt8 = fb::TensorType::INT8,
                         kInt32 = fb::TensorType::INT32;

std::vector<std::string> ops(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op);
  return names;
}

const Value& named(const Graph& graph, const std::string& name) {
  const ValueId id = graph.find_value(name);
  if (id == kNone) throw std::runtime_error("no value " + name + " in " + dump(graph));
  return graph.values[id];
}

// 5x4 by a 3x3 kernel, stride 2, SAME: (3-1)*2+3-5 = 2 rows of pads, 1 and 1; (2-1)*2+3-4 = 1 column, behind.
TEST(TfliteImport, ConvolutionOfCodesWithScalesAChannel) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 5, 4, 2}, kInt8, {{0.5F}, {3}});
  std::vector<std::int8_t> weights(3 * 3 * 3 * 2);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(i);
  const int w =
      b.constant<std::int8_t>("w", {3, 3, 3, 2}, kInt8, weights, {{0.1F, 0.2F, 0.3F}, {0, 0, 0}, 0});
  // The axis 3 of a bias is what some converters write.
  const int bias =
      b.constant<std::int32_t>("b", {3}, kInt32, {7, 8, 9}, {{0.05F, 0.1F, 0.15F}, {0, 0, 0}, 3});
  const int y = b.tensor("y", {1, 3, 2, 3}, kInt8, {{0.25F}, {-128}});
  fb::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 2;
  options.fused_activation_function = fb::ActivationFunctionType::RELU6;
  b.node(Code::CONV_2D, {x, w, bias}, {y}, options);
  const Graph graph = b.import({x}, {y});

  EXPECT_THAT(ops(graph), ElementsAre("permute", "convolution", "relun", "permute"));
  EXPECT_TRUE(graph.scales_from_model);
  const Window window = attributes<ConvolutionAttributes>(graph.nodes[1]).window;
  EXPECT_THAT(
      (std::vector<std::int64_t>{window.pad_top, window.pad_bottom, window.pad_left, window.pad_right}),
      ElementsAre(1, 1, 0, 1));
  const Value& weight = named(graph, "w");
  EXPECT_EQ(weight.shape, (Shape{3, 2, 3, 3}));
  EXPECT_EQ(weight.quantization.channel_axis, 0);
  EXPECT_EQ(weight.constant->data<std::int8_t>()[9], 1);  // out 0, in 1, row 0, column 0 is the file's second
  EXPECT_EQ(named(graph, "b").quantization.channel_axis, 0);
  EXPECT_EQ(named(graph, "b").dtype, DataType::float32);
  for (const char* name : {"y", "y/raw", "y/nchw"})
    EXPECT_TRUE(same_parameters(named(graph, name).quantization, named(graph, "y").quantization)) << name;
  EXPECT_EQ(named(graph, "y").shape, (Shape{1, 3, 2, 3}));
  EXPECT_THAT(named(graph, "y").quantization.zero_point, ElementsAre(-128));
}

// Two channels, multiplier 2: output c reads channel c / 2, and its weight is the c-th of the last axis.
TEST(TfliteImport, DepthwiseWithAMultiplier) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 1, 2, 2});
  const int w = b.constant<float>("w", {1, 1, 1, 4}, kFloat, {1, 10, 100, 1000});
  const int y = b.tensor("y", {1, 1, 2, 4});
  fb::DepthwiseConv2DOptionsT options;
  options.padding = fb::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  options.depth_multiplier = 2;
  b.node(Code::DEPTHWISE_CONV_2D, {x, w}, {y}, options);
  const Graph graph = b.import({x}, {y});
  EXPECT_EQ(attributes<ConvolutionAttributes>(graph.nodes[1]).groups, 2);
  EXPECT_EQ(execute(graph, {Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4})}, {})[0].bytes,
            Tensor::of<float>({1, 1, 2, 4}, {1, 10, 200, 2000, 3, 30, 400, 4000}).bytes);
}

// Pixels 0..5 of one row of 2x3, a column of zeros put before: the rows 0 0 1 2 and 0 3 4 5. Blocks of 1x2:
// image 0 has the even columns 0 1 / 0 4, image 1 the odd ones 0 2 / 3 5. Back, with the column cropped, are
// the pixels.
TEST(TfliteImport, BlocksAgainstTheBatchAndBack) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 2, 3, 1}, kFloat);
  const int block = b.constant<std::int32_t>("block", {2}, kInt32, {1, 2});
  const int edge = b.constant<std::int32_t>("edge", {2, 2}, kInt32, {0, 0, 1, 0});
  const int images = b.tensor("images", {2, 2, 2, 1}, kFloat);
  const int y = b.tensor("y", {1, 2, 3, 1}, kFloat);
  b.node(Code::SPACE_TO_BATCH_ND, {x, block, edge}, {images});
  b.node(Code::BATCH_TO_SPACE_ND, {images, block, edge}, {y});
  const Graph graph = b.import({x}, {images, y});
  const auto outputs = execute(graph, {Tensor::of<float>({1, 2, 3, 1}, {0, 1, 2, 3, 4, 5})}, {});
  const auto numbers = [](const Tensor& t) {
    return std::vector<float>(t.data<float>(), t.data<float>() + t.size());
  };
  EXPECT_THAT(numbers(outputs[0]), ElementsAre(0, 1, 0, 4, 0, 2, 3, 5));
  EXPECT_THAT(numbers(outputs[1]), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(TfliteImport, FullyConnectedReadsRowsAndKeepsDimensionsOnRequest) {
  for (const bool keep : {false, true}) {
    TfliteBuilder b;
    const int x = b.tensor("x", {1, 3, 2});
    const int w = b.constant<float>("w", {1, 2}, kFloat, {1, 10});
    const int y = b.tensor("y", keep ? std::vector<int>{1, 3, 1} : std::vector<int>{3, 1});
    fb::FullyConnectedOptionsT options;
    options.keep_num_dims = keep;
    b.node(Code::FULLY_CONNECTED, {x, w, -1}, {y}, options);
    const Graph graph = b.import({x}, {y});
    const Tensor out = execute(graph, {Tensor::of<float>({1, 3, 2}, {1, 2, 3, 4, 5, 6})}, {})[0];
    EXPECT_EQ(out.shape, keep ? (Shape{1, 3, 1}) : (Shape{3, 1}));
    EXPECT_EQ(out.bytes, Tensor::of<float>({3, 1}, {21, 43, 65}).bytes);
  }
}

// Weights as float16 behind a DEQUANTIZE: 0x3C00 is 1, 0xC000 is -2.
TEST(TfliteImport, HalfPrecisionWeightsFold) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 2});
  const int half = b.constant<std::uint16_t>("half", {1, 2}, fb::TensorType::FLOAT16, {0x3C00, 0xC000});
  const int w = b.tensor("w", {1, 2});
  const int y = b.tensor("y", {1, 1});
  b.node(Code::DEQUANTIZE, {half}, {w});
  b.node(Code::FULLY_CONNECTED, {x, w}, {y}, fb::FullyConnectedOptionsT());
  const Graph graph = b.import({x}, {y});
  EXPECT_THAT(ops(graph), ElementsAre("fullconnect"));
  EXPECT_EQ(element(*named(graph, "w").constant, 1), -2);
}

TEST(TfliteImport, SeveralOperatorsOfOneKindAreOneProblem) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 2});
  const int y = b.tensor("y", {1, 2}), z = b.tensor("z", {1, 2});
  b.node(Code::RFFT2D, {x}, {y});
  b.node(Code::RFFT2D, {y}, {z});
  EXPECT_THAT(error_of([&] { b.import({x}, {z}); }),
              HasSubstr("operator RFFT2D is not supported; 2 operators: 'y', 'z'"));
}

TEST(TfliteImport, ContradictionsAreRefused) {
  const auto refused = [](const Codes& codes, const std::vector<int>& shape, std::size_t elements) {
    TfliteBuilder b;
    const int x = b.tensor("x", {1, 2});
    const int w = b.constant<std::int8_t>("w", shape, kInt8, std::vector<std::int8_t>(elements), codes);
    const int y = b.tensor("y", {1, 2});
    b.node(Code::FULLY_CONNECTED, {x, w}, {y}, fb::FullyConnectedOptionsT());
    return error_of([&] { b.import({x}, {y}); });
  };
  EXPECT_THAT(refused({{0.0F}, {0}}, {2, 2}, 4), HasSubstr("its scale is 0"));
  EXPECT_THAT(refused({{1.0F}, {300}}, {2, 2}, 4), HasSubstr("zero point 300 is no int8"));
  EXPECT_THAT(refused({{1.0F, 1.0F, 1.0F}, {0}}, {2, 2}, 4),
              HasSubstr("3 scales for axis 0 of the shape [2,2]"));
  EXPECT_THAT(refused({{1.0F}, {0}}, {2, 2}, 3), HasSubstr("needs 4 bytes, the file holds 3"));
  EXPECT_THAT(refused({{1.0F}, {0}}, {2000000000, 2000000000, 2000000000}, 3), HasSubstr("'w'"));
  EXPECT_THAT(refused({{1.0F}, {0}}, {-2, 2}, 4), HasSubstr("'w'"));
}

TEST(TfliteImport, IndicesAndOrderAreChecked) {
  TfliteBuilder b;
  const int x = b.tensor("x", {2}), y = b.tensor("y", {2}), z = b.tensor("z", {2});
  b.node(Code::RELU, {z}, {y});
  EXPECT_THAT(error_of([&] { b.import({x}, {y}); }), HasSubstr("it reads 'z', which nothing computes"));
  b.graph().operators[0]->inputs = {1 << 30};
  EXPECT_THAT(error_of([&] { b.import({x}, {y}); }), HasSubstr("do not exist in the file"));
  b.graph().operators[0]->inputs = {x};
  b.graph().operators[0]->opcode_index = 7;
  EXPECT_THAT(error_of([&] { b.import({x}, {y}); }), HasSubstr("do not exist in the file"));
}

TEST(TfliteImport, InputsAreBoundToConstants) {
  TfliteBuilder b;
  const int x = b.tensor("x", {2, 3}), axes = b.tensor("axes", {1}, kInt32), y = b.tensor("y", {2});
  b.node(Code::SUM, {x, axes}, {y}, fb::ReducerOptionsT());
  const Bytes bytes = b.bytes({x, axes}, {y});
  const auto bound = [&](const std::string& name, const Tensor& tensor) {
    ImportOptions options;
    options.bind[name] = tensor;
    return TfliteBuilder::import_bytes(bytes, options);
  };
  const Graph graph = bound("axes", Tensor::of<std::int32_t>({1}, {1}));
  ASSERT_EQ(graph.inputs.size(), 1U);
  EXPECT_EQ(graph.values[graph.inputs[0]].name, "x");
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{2}));
  EXPECT_THAT(error_of([&] { bound("axis", Tensor::of<std::int32_t>({1}, {1})); }),
              HasSubstr("the constant 'axis' replaces no input of the model"));
  EXPECT_THAT(error_of([&] { bound("axes", Tensor::of<float>({1}, {1})); }),
              HasSubstr("bound to a tensor of float32"));
}

// Every cut, and every byte changed: an error or a graph, never anything else.
TEST(TfliteImport, DamagedFiles) {
  TfliteBuilder b;
  const int x = b.tensor("x", {1, 4, 4, 1}, kInt8, {{0.5F}, {3}});
  const int w = b.constant<std::int8_t>("w", {1, 2, 2, 1}, kInt8, {1, 2, 3, 4}, {{0.5F}, {0}});
  const int y = b.tensor("y", {1, 4, 4, 1}, kInt8, {{0.5F}, {3}}),
            z = b.tensor("z", {16}, kInt8, {{0.5F}, {3}});
  const int shape = b.constant<std::int32_t>("s", {1}, kInt32, {16});
  fb::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  b.node(Code::CONV_2D, {x, w}, {y}, options);
  b.node(Code::RESHAPE, {y, shape}, {z});
  const Bytes whole = b.bytes({x}, {z});
  EXPECT_EQ(TfliteBuilder::import_bytes(whole).nodes.size(), 4U);
  const auto survives = [](const Bytes& bytes) {
    try {
      TfliteBuilder::import_bytes(bytes);
    } catch (const Error&) {
    }
  };
  for (std::size_t size = 0; size < whole.size(); size += 3)
    survives({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : {0x00, 0x7F, 0xFF}) {
      Bytes damaged = whole;
      damaged[at] = value;
      survives(damaged);
    }
  }
}

}  // namespace
}  // namespace trireme
