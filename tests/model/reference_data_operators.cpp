// SPDX-License-Identifier: Apache-2.0
// Operators that move, pick and reduce data, where the node tests of ONNX (import_onnx_nodes_test.cpp) have
// no case: corner cases by hand, and what ONNX Runtime 1.30 computes where it differs from ONNX's own data.
#include "tests/model/onnx_builder.h"  // first: it says how the message classes were built

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/reference/execute.h"

namespace trireme {
namespace {

using ::testing::ElementsAre;

std::vector<float> floats(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.size()};
}

std::vector<float> run(const OnnxBuilder& m, const Tensor& x) {
  return floats(execute(m.import(), {x}, ExecuteOptions{}).at(0));
}

Tensor with_corners_aligned(OnnxBuilder& m) {
  m.output("y");
  return execute(m.import(), {Tensor::of<float>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})}, ExecuteOptions{})
      .at(0);
}

// 1 … 8 as [1,1,2,4], shrunk by 0.6 to [1,1,1,2]. The resized length is 0.6 * 4 = 2.4: element 1 lies at
// 1 * (4 - 1) / (2.4 - 1) = 2.142857 of the first row, whose elements are 1 more than their places. (ONNX's
// own test expects this; ONNX Runtime takes 2 for the length and gives 4.)
TEST(DataOperators, AlignedCornersAreThoseOfTheLengthThatTheScalesSay) {
  OnnxBuilder m;
  m.input("x", {1, 1, 2, 4});
  m.floats("scales", {4}, {1, 1, 0.6F, 0.6F});
  m.node("Resize", {"x", "", "scales"}, {"y"})
      .text("mode", "linear")
      .text("coordinate_transformation_mode", "align_corners");
  const std::vector<float> y = floats(with_corners_aligned(m));
  EXPECT_EQ(y[0], 1);
  EXPECT_NEAR(y[1], 3.142857F, 1e-6);
}

// With sizes the corners of the first row are those of the result, 1 and 4.
TEST(DataOperators, AlignedCornersAreTheCornersOfTheSizes) {
  OnnxBuilder m;
  m.input("x", {1, 1, 2, 4});
  m.integers("sizes", {4}, {1, 1, 1, 2});
  m.node("Resize", {"x", "", "", "sizes"}, {"y"})
      .text("mode", "linear")
      .text("coordinate_transformation_mode", "align_corners");
  EXPECT_THAT(floats(with_corners_aligned(m)), ElementsAre(1, 4));
}

// 0 1 2 3 to half its size with a triangle of twice the width: at 0.5 the weights of -1 … 2 are 1/8, 3/8,
// 3/8, 1/8, of which -1 repeats element 0: (0 + 0 + 3 + 2) / 8; at 2.5 it is (1 + 6 + 9 + 3) / 8.
TEST(DataOperators, AntialiasingWidensTheTriangle) {
  OnnxBuilder m(18);
  m.input("x", {4});
  m.floats("scales", {1}, {0.5F});
  m.node("Resize", {"x", "", "scales"}, {"y"}).text("mode", "linear").integer("antialias", 1);
  m.output("y");
  EXPECT_THAT(run(m, Tensor::of<float>({4}, {0, 1, 2, 3})), ElementsAre(0.625F, 2.375F));
}

// [2,3] to sizes [4,4], not larger: the scale is 4/3 for both, 2 * 4/3 rounds to 3.
TEST(DataOperators, OneScaleKeepsTheAspectRatio) {
  OnnxBuilder m(18);
  m.input("x", {1, 1, 2, 3});
  m.integers("sizes", {2}, {4, 4});
  m.node("Resize", {"x", "", "", "sizes"}, {"y"})
      .ints("axes", {2, 3})
      .text("keep_aspect_ratio_policy", "not_larger");
  m.output("y");
  const Graph graph = m.import();
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 1, 3, 4}));
}

// The classifier head of exporters: Shape -> Gather -> Unsqueeze -> Concat -> Reshape leaves one reshape.
TEST(DataOperators, ShapeArithmeticIsFolded) {
  OnnxBuilder m;
  m.input("x", {2, 3, 4});
  m.integers("zero", {}, {0});
  m.integers("axis", {1}, {0});
  m.integers("rest", {1}, {-1});
  m.node("Shape", {"x"}, {"shape"});
  m.node("Gather", {"shape", "zero"}, {"batch"});
  m.node("Unsqueeze", {"batch", "axis"}, {"list"});
  m.node("Concat", {"list", "rest"}, {"wanted"}).integer("axis", 0);
  m.node("Reshape", {"x", "wanted"}, {"y"});
  m.output("y");
  const Graph graph = m.import();
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(attributes<ReshapeAttributes>(graph.nodes[0]).shape, (Shape{2, 12}));
}

// An empty part of a calculated shape: Slice(shape, 0, 0) is [], and [] with [6] is [6].
TEST(DataOperators, EmptyConstantsMayBeOnTheWayToAShape) {
  OnnxBuilder m;
  m.input("x", {2, 3});
  m.integers("zero", {1}, {0});
  m.integers("six", {1}, {6});
  m.node("Shape", {"x"}, {"shape"});
  m.node("Slice", {"shape", "zero", "zero"}, {"nothing"});
  m.node("Concat", {"nothing", "six"}, {"wanted"}).integer("axis", 0);
  m.node("Reshape", {"x", "wanted"}, {"y"});
  m.output("y");
  const Graph graph = m.import();
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{6}));
}

// 1 2 3 4 with one more before and one less behind: cropped to 1 2 3 first, as ONNX Runtime does.
TEST(DataOperators, PadModes) {
  const auto padded = [](const char* mode) {
    OnnxBuilder m(19);
    m.input("x", {4});
    m.integers("pads", {2}, {1, -1});
    m.node("Pad", {"x", "pads"}, {"y"}).text("mode", mode);
    m.output("y");
    return run(m, Tensor::of<float>({4}, {1, 2, 3, 4}));
  };
  EXPECT_THAT(padded("constant"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(padded("edge"), ElementsAre(1, 1, 2, 3));
  EXPECT_THAT(padded("reflect"), ElementsAre(2, 1, 2, 3));
  EXPECT_THAT(padded("wrap"), ElementsAre(3, 1, 2, 3));
}

// A bound input is a constant: nothing of it is left among the inputs.
TEST(DataOperators, BoundInputsAreConstants) {
  OnnxBuilder m;
  m.input("x", {2});
  m.input("bias", {2});
  m.node("Add", {"x", "bias"}, {"y"});
  m.output("y");
  ImportOptions options;
  options.bind["bias"] = Tensor::of<float>({2}, {10, 20});
  const Graph graph = m.import(options);
  EXPECT_EQ(graph.inputs.size(), 1U);
  EXPECT_THAT(floats(execute(graph, {Tensor::of<float>({2}, {1, 2})}, ExecuteOptions{}).at(0)),
              ElementsAre(11, 22));
}

// (q - 1) * 0.5 on both sides: the codes are moved as they are, and padding is the code of 0, the zero point.
TEST(DataOperators, CodesAreMovedAndPaddedWithTheZeroPoint) {
  OnnxBuilder m;
  m.input("x", {1, 2});
  m.integers("pads", {4}, {0, 1, 0, 0});
  m.node("Pad", {"x", "pads"}, {"y"});
  m.output("y");
  Graph graph = m.import();
  Quantization& q = graph.values[graph.inputs[0]].quantization;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::uint8;
  q.scale = {0.5F};
  q.zero_point = {1};
  graph.values[graph.outputs[0]].quantization = q;
  ExecuteOptions options;
  options.quantized = true;
  const Tensor y = execute(graph, {Tensor::of<std::uint8_t>({1, 2}, {7, 200})}, options).at(0);
  EXPECT_THAT(y.bytes, ElementsAre(1, 7, 200));
}

}  // namespace
}  // namespace trireme
