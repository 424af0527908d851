// SPDX-License-Identifier: Apache-2.0
// What ONNX's convolutions and pools become. Expected shapes and numbers are worked out beside each case.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "tests/model/onnx_one_node.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

}  // namespace
}  // namespace trireme
