// SPDX-License-Identifier: Apache-2.0
// Which order the weights of a pickled NAME.data are in (weight_order.cpp).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/import/acuity/layer_data.h"

namespace trireme {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Layers with a weight each, whose elements are 0, 1, 2, …
class WeightOrder : public testing::Test {
 protected:
  void add(const std::string& lid, const std::string& op, const Json& parameters, const Shape& shape) {
    Layer layer;
    layer.lid = lid;
    layer.op = op;
    layer.parameters = parameters;
    layers.push_back(layer);
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    data.tensors[lid + ":weight"] = Tensor::of<float>(shape, values);
  }
  void order() { order_weights(layers, "n.data", data, problems); }
  const Shape& shape(const std::string& lid) { return data.tensors.at(lid + ":weight").shape; }
  float at(const std::string& lid, std::size_t i) {
    return data.tensors.at(lid + ":weight").data<float>()[i];
  }

  const Json three = {{"weights", 3}, {"ksize_h", 3}, {"ksize_w", 3}};
  const Json five = {{"weights", 5}, {"ksize_h", 3}, {"ksize_w", 3}};
  std::vector<Layer> layers;
  LayerData data = {{}, true};
  Problems problems;
};

TEST_F(WeightOrder, ShapesTellIt) {
  add("a", "convolution", five, {3, 3, 4, 5});
  add("f", "fullconnect", {{"weights", 2}}, {3, 2});
  // 2 groups of 3 outputs each: height, width, outputs of a group, inputs
  add("d", "deconvolution", {{"weights", 6}, {"ksize_h", 2}, {"ksize_w", 1}, {"group_number", 2}},
      {2, 1, 3, 4});
  order();
  EXPECT_EQ(shape("a"), (Shape{5, 4, 3, 3}));
  // [o][i][h][w] was [h][w][i][o]: element 1 is [0][0][0][1], which was ((0*3 + 1)*4 + 0)*5 + 0 = 20.
  EXPECT_EQ(at("a", 1), 20);
  EXPECT_EQ(shape("f"), (Shape{2, 3}));
  EXPECT_EQ(at("f", 1), 2);
  EXPECT_EQ(shape("d"), (Shape{4, 3, 2, 1}));
  EXPECT_EQ(at("d", 1), 12);  // [0][0][1][0] was [1][0][0][0]
  EXPECT_THAT(problems.list(), IsEmpty());
}

// 2 groups of 3 outputs each, as TensorFlow keeps depthwise weights: height, width, group, output of the
// group. Output 4, the second of group 1, at row 1: [1][0][1][1] = (1 * 2 + 1) * 3 + 1 = 10.
TEST_F(WeightOrder, DepthwiseWeights) {
  const Json deep = {{"weights", 6}, {"ksize_h", 2}, {"ksize_w", 1}, {"group_number", 2}};
  add("d", "convolution", deep, {2, 1, 2, 3});
  add("a", "convolution", three, {3, 3, 3, 3});  // fits both ways: in the order of the other one
  order();
  EXPECT_EQ(shape("d"), (Shape{6, 1, 2, 1}));
  EXPECT_EQ(at("d", 4 * 2 + 1), 10);
  EXPECT_EQ(at("a", 1), 9);
}

TEST_F(WeightOrder, RowsOfConv1d) {
  add("r", "conv1d", {{"weights", 3}, {"ksize", 2}}, {2, 4, 3});
  order();
  EXPECT_EQ(shape("r"), (Shape{3, 4, 2}));
  EXPECT_EQ(at("r", 1), 12);  // [0][0][1] was [1][0][0]
}

TEST_F(WeightOrder, OtherLayersTellItWhereBothFit) {
  add("a", "convolution", three, {3, 3, 3, 3});
  add("b", "convolution", five, {3, 3, 3, 5});
  add("f", "fullconnect", {{"weights", 2}}, {2, 2});
  add("g", "fullconnect", {{"weights", 2}}, {2, 3});
  order();
  EXPECT_EQ(at("a", 1), 9);  // [0][0][0][1] was [0][1][0][0]: outputs last, as in layer b
  EXPECT_EQ(at("f", 1), 1);  // outputs first, as in layer g
}

TEST_F(WeightOrder, WithoutAnyTheTablesChannelDimension) {
  add("a", "convolution", three, {3, 3, 3, 3});
  add("f", "fullconnect", {{"weights", 2}}, {2, 2});
  order();
  EXPECT_EQ(at("a", 1), 1);
  EXPECT_EQ(at("f", 1), 2);
}

TEST_F(WeightOrder, OneOrderAFile) {
  add("a", "convolution", five, {5, 3, 3, 3});
  add("b", "convolution", five, {3, 3, 3, 5});
  order();
  ASSERT_EQ(problems.list().size(), 1U);
  EXPECT_THAT(to_string(problems.list()[0]),
              HasSubstr("n.data: weights of convolution layers are in different"));
}

TEST_F(WeightOrder, OurOwnFilesAreLeftAlone) {
  data.pickled = false;
  add("a", "convolution", five, {3, 3, 4, 5});
  order();
  EXPECT_EQ(shape("a"), (Shape{3, 3, 4, 5}));
}

}  // namespace
}  // namespace trireme
