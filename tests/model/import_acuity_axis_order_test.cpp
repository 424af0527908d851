// SPDX-License-Identifier: Apache-2.0
// Layer graphs with channels last: the same network written in both orders computes the same, and which order
// a file is in is found out from the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/graph/operators.h"
#include "model/import/constants.h"
#include "model/quantize/calibrate.h"
#include "model/quantize/table.h"
#include "model/reference/execute.h"
#include "tensor/files.h"
#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;
using Axes = std::vector<std::int64_t>;

Tensor permuted(const Tensor& tensor, const Axes& perm) {
  ConstantBudget budget(tensor.bytes.size());
  return permuted(tensor, perm, budget);
}
Tensor to_last(const Tensor& tensor) { return permuted(tensor, {0, 2, 3, 1}); }

// Small whole numbers: sums of their products are exact in whatever order they are made.
Tensor numbers(const Shape& shape, int seed) {
  Tensor tensor(DataType::float32, shape);
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    tensor.data<float>()[i] = static_cast<float>((seed + i * 7 + i * i) % 9 - 4);
  return tensor;
}

// A network of maps whose numbers stand in one order or the other: shapes, axes and lists of an axis each.
struct Network {
  bool last;
  Json layers = Json::object(), meta = {{"Name", "n"}, {"Platform", last ? "tensorflow" : "onnx"}};
  std::map<std::string, Tensor> data = {};

  template <typename List>
  List in_order(const List& nchw) const {
    return last ? List{nchw[0], nchw[2], nchw[3], nchw[1]} : nchw;
  }
  Json channels() const { return last ? 3 : 1; }
  void add(const std::string& lid, const std::string& op, const Json& parameters,
           const std::vector<std::string>& inputs) {
    layers[lid] = {{"name", lid}, {"op", op}, {"parameters", parameters}, {"inputs", Json::array()}};
    for (const std::string& input : inputs) layers[lid]["inputs"].push_back("@" + input + ":out0");
  }
  void input(const Shape& nchw) { add("x_20", "input", {{"shape", in_order(nchw)}}, {}); }
  Graph load() const {
    TempFolder folder;
    const Json file = {{"MetaData", meta}, {"Layers", layers}};
    write_file(folder / "n.json", std::string_view(file.dump()));
    write_npz(folder / "n.data", data);
    return load_acuity(folder / "n.json", folder / "n.data");
  }
};

Json window(const Json& weights, const Json& more) {
  Json p = {{"weights", weights}, {"ksize_h", 3}, {"ksize_w", 3}, {"bias", true}, {"padding", "SAME"}};
  p.update(more);
  return p;
}

// Uneven maps, so that rows, columns and channels cannot be mistaken for each other.
Network many_layers(bool last) {
  Network n{last};
  n.input({1, 3, 6, 5});
  const Axes dilation = n.in_order(Axes{1, 1, 2, 1});
  n.add("conv_19", "convolution", window(4, {{"dilation", dilation}}), {"x_20"});
  n.data["conv_19:weight"] = numbers({4, 3, 3, 3}, 1), n.data["conv_19:bias"] = numbers({4}, 2);
  n.add("relu_18", "relu", Json::object(), {"conv_19"});
  n.add("pool_17", "pooling",
        {{"type", "MAX"},
         {"ksize_h", 2},
         {"ksize_w", 2},
         {"stride_h", 2},
         {"stride_w", 2},
         {"round_type", "ceil"}},
        {"relu_18"});
  n.add("deep_16", "convolution", window(4, {{"group_number", 4}}), {"pool_17"});
  n.data["deep_16:weight"] = numbers({4, 1, 3, 3}, 3), n.data["deep_16:bias"] = numbers({4}, 4);
  n.add("cat_15", "concat", {{"dim", n.channels()}}, {"pool_17", "deep_16"});
  const std::vector<Axes> pads = n.in_order(std::vector<Axes>{{0, 0}, {0, 0}, {1, 0}, {0, 2}});
  n.add("pad_14", "pad", {{"padding_value", pads}, {"padding_mode", "CONSTANT"}}, {"cat_15"});
  n.add("cut_13", "slice", {{"begin", n.in_order(Axes{0, 2, 1, 0})}, {"size", n.in_order(Axes{1, 6, 2, -1})}},
        {"pad_14"});
  n.add("flat_12", "flatten", {{"axis", 1}}, {"cut_13"});  // [1,6,2,5] or [1,2,5,6]
  n.add("dense_11", "fullconnect", {{"weights", 3}, {"bias", false}, {"axis", 1}}, {"flat_12"});
  const Tensor dense = numbers({3, 6, 2, 5}, 5);
  Tensor rows = last ? to_last(dense) : dense;
  rows.shape = {3, 60};
  n.data["dense_11:weight"] = rows;
  n.add("resize_10", "image_resize", {{"type", "nearest"}, {"new_size", {6, 9}}}, {"cat_15"});
  n.add("deconv_9", "deconvolution", window(2, {{"stride_h", 2}, {"stride_w", 2}}), {"cat_15"});
  n.data["deconv_9:weight"] = numbers({8, 2, 3, 3}, 6), n.data["deconv_9:bias"] = numbers({2}, 7);
  n.add("soft_8", "softmax", {{"sf_axis", n.channels()}}, {"resize_10"});
  n.add("max_7", "reducemax", {{"axis_list", {n.last ? 1 : 2}}, {"keep_dims", true}}, {"deconv_9"});
  n.add("out_0", "output", Json::object(), {"dense_11"});
  n.add("out_1", "output", Json::object(), {"soft_8"});
  n.add("out_2", "output", Json::object(), {"max_7"});
  return n;
}

void expect_same_results(const Graph& first, const Graph& last, bool quantized) {
  ExecuteOptions options;
  options.quantized = quantized;
  Tensor x = numbers({1, 3, 6, 5}, 8);
  if (quantized) {
    const Quantization& q = first.values[first.inputs[0]].quantization;
    ASSERT_TRUE(same_parameters(q, last.values[last.inputs[0]].quantization));
    Tensor codes(q.dtype, x.shape);
    for (std::size_t i = 0; i < codes.bytes.size(); ++i) codes.bytes[i] = static_cast<std::uint8_t>(37 * i);
    x = codes;
  }
  const std::vector<Tensor> wanted = execute(first, {x}, options);
  const std::vector<Tensor> found = execute(last, {to_last(x)}, options);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].bytes, wanted[0].bytes);
  EXPECT_EQ(found[0].shape, (Shape{1, 3}));
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(found[i].shape, to_last(wanted[i]).shape);
    EXPECT_EQ(found[i].bytes, to_last(wanted[i]).bytes) << i;
  }
}

Graph quantized(Graph graph, bool last) {
  int left = 1;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    const Tensor x = numbers({1, 3, 6, 5}, 8);
    sample = {last ? to_last(x) : x};
    return left-- > 0;
  });
  return graph;
}

TEST(AcuityAxisOrder, BothOrdersComputeTheSame) {
  const Graph first = many_layers(false).load(), last = many_layers(true).load();
  expect_same_results(first, last, false);
  expect_same_results(quantized(first, false), quantized(last, true), true);
  EXPECT_TRUE(first.notes.empty());
  EXPECT_THAT(last.notes,
              ElementsAre("layers are read as [n,h,w,c]: layer 'conv_19' takes 3 channels, axis 3 of "
                          "[1,6,5,3]"));
}

// Permutes stand only where the order changes: conv, relu, pool and the depthwise layer share one.
TEST(AcuityAxisOrder, NeighboursShareTheOrder) {
  const Graph graph = many_layers(true).load();
  std::vector<std::string> ops;
  for (std::size_t i = 0; i < 5; ++i) ops.push_back(graph.nodes.at(i).op);
  EXPECT_THAT(ops, ElementsAre("permute", "convolution", "relu", "pooling", "permute"));
  EXPECT_EQ(graph.values[graph.nodes[1].outputs[0]].shape, (Shape{1, 4, 6, 5}));
}

// The table of another tool has an entry for each layer and tensor of the file, and none for permutes that
// the reader puts in.
TEST(AcuityAxisOrder, ATableForTheLayersIsEnough) {
  Graph graph = many_layers(true).load();
  QuantizeTable table = table_of(quantized(graph, true));
  const std::size_t all = table.entries.size();
  for (const Node& node : graph.nodes) {
    if (node.op == "permute") table.entries.erase(table_key(graph, node.outputs[0]));
  }
  EXPECT_LT(table.entries.size(), all);
  table.order.clear();
  for (const auto& [key, entry] : table.entries) table.order.push_back(key);
  apply_table(graph, table, "n.quantize");
  expect_same_results(quantized(many_layers(false).load(), false), graph, true);
}

// One convolution [2,3,1,1] on an input.
Network one_convolution(bool last, const Shape& nchw = {1, 3, 6, 5}) {
  Network n{last};
  n.input(nchw);
  n.add("conv_1", "convolution", {{"weights", 2}, {"ksize_h", 1}, {"ksize_w", 1}, {"bias", false}}, {"x_20"});
  n.data["conv_1:weight"] = numbers({2, 3, 1, 1}, 1);
  n.add("out_0", "output", Json::object(), {"conv_1"});
  return n;
}
Shape output_shape(const Network& n) {
  const Graph graph = n.load();
  return graph.values[graph.outputs[0]].shape;
}

TEST(AcuityAxisOrder, WeightsOrThePlatformTellIt) {
  for (const char* platform : {"tensorflow", "tflite", "Keras", "", "darknet"}) {
    Network n = one_convolution(true);
    n.meta["Platform"] = platform;
    EXPECT_EQ(output_shape(n), (Shape{1, 6, 5, 2})) << platform;
  }
  // [1,3,6,3] fits both ways: the platform decides, without one [n,c,h,w].
  Network both = one_convolution(false, {1, 3, 6, 3});
  EXPECT_EQ(output_shape(both), (Shape{1, 2, 6, 3}));
  both.meta["Platform"] = "tensorflow";
  EXPECT_EQ(output_shape(both), (Shape{1, 3, 6, 2}));
  both.meta["Platform"] = "?";
  EXPECT_EQ(output_shape(both), (Shape{1, 2, 6, 3}));
  both.meta["Org_Platform"] = "tflite";
  EXPECT_EQ(output_shape(both), (Shape{1, 3, 6, 2}));
  both.meta["Generator"] = "trireme";  // which writes [n,c,h,w] whatever the network came from
  EXPECT_EQ(output_shape(both), (Shape{1, 2, 6, 3}));
}

// A permute in front, as layout passes put in: the layers behind it are what counts.
TEST(AcuityAxisOrder, BehindAPermuteTheLayersTellIt) {
  for (const bool last : {false, true}) {
    Network n = one_convolution(last);
    n.meta["Platform"] = last ? "onnx" : "tensorflow";
    n.layers["x_20"]["parameters"]["shape"] = Network{!last}.in_order(Shape{1, 3, 6, 5});
    n.add("x_acuity_mark_perm_2", "permute", {{"perm", last ? "0 2 3 1" : "0 3 1 2"}}, {"x_20"});
    n.layers["conv_1"]["inputs"][0] = "@x_acuity_mark_perm_2:out0";
    EXPECT_EQ(output_shape(n), n.in_order(Shape{1, 2, 6, 5})) << last;
  }
}

TEST(AcuityAxisOrder, SquareInputsFollow) {
  Network n = one_convolution(true);
  n.layers["x_20"]["parameters"] = {{"size", "4 4"}, {"channels", 3}};
  EXPECT_EQ(output_shape(n), (Shape{1, 4, 4, 2}));
}

std::string complaint(const Network& n) {
  return error_of([&] { n.load(); });
}

TEST(AcuityAxisOrder, WhatContradictsIsAnError) {
  Network n = one_convolution(false);
  n.meta["Platform"] = "tensorflow";
  EXPECT_THAT(complaint(n),
              HasSubstr("n.json: 'Platform' says that layers are [n,h,w,c], but layer 'conv_1' takes 3 "
                        "channels, axis 1 of [1,3,6,5]"));
  n.meta["Platform"] = "onnx";
  n.add("turn_3", "permute", {{"perm", {0, 2, 3, 1}}}, {"x_20"});
  n.add("conv_2", "convolution", {{"weights", 2}, {"ksize_h", 1}, {"ksize_w", 1}, {"bias", false}},
        {"turn_3"});
  n.data["conv_2:weight"] = numbers({2, 3, 1, 1}, 1);
  EXPECT_THAT(complaint(n),
              AllOf(HasSubstr("layers are in different orders: layer 'conv_1' takes 3 channels, axis 1"),
                    HasSubstr("layer 'conv_2' takes 3 channels, axis 3 of [1,6,5,3]")));

  Network both = one_convolution(false, {1, 3, 6, 3});
  both.meta["Platform"] = "tensorflow", both.meta["Org_Platform"] = "onnx";
  EXPECT_THAT(complaint(both),
              HasSubstr("'Platform' is tensorflow, whose layers are [n,h,w,c], 'Org_Platform' is onnx"));

  Network wide = one_convolution(true);
  wide.layers["conv_1"]["parameters"]["dilation"] = {1, 1, 2, 2};
  EXPECT_THAT(complaint(wide), HasSubstr("layer 'conv_1': parameter 'dilation' is [1,1,2,2]"));

  Network computed = one_convolution(true);
  computed.data.clear();
  computed.add("w_4", "input", {{"shape", {1, 1, 3, 2}}}, {});
  computed.layers["conv_1"]["inputs"].push_back("@w_4:out0");
  EXPECT_THAT(complaint(computed), HasSubstr("layer 'conv_1': its weights are computed by the network"));
}

}  // namespace
}  // namespace trireme
