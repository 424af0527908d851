// SPDX-License-Identifier: Apache-2.0
// NAME.json in the words of other tools (formats.md, appendix A): small files, with shapes and attributes
// worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/reference/execute.h"
#include "tests/model/acuity_one_layer.h"

namespace trireme {
namespace {

using test::load;
using test::OneLayer;
using testing::HasSubstr;

// The nodes as `op attributes -> shape`, joined; what dump() says of them.
std::string outcome(const OneLayer& layer) {
  const Graph graph = load(layer);
  std::string text;
  for (const Node& node : graph.nodes) {
    const Operator& row = operator_of(node);
    text += (text.empty() ? "" : "; ") + node.op;
    if (row.print != nullptr) text += " " + row.print(node);
    text += " -> " + to_string(graph.values[node.outputs[0]].shape);
    EXPECT_FALSE(node.lid.empty());
  }
  return text;
}

std::string complaint(const OneLayer& layer) {
  return error_of([&] { load(layer); });
}

const Window& window_of(const Graph& graph) {
  const Node& node = graph.nodes.at(0);
  if (node.op == "convolution") return attributes<ConvolutionAttributes>(node).window;
  if (node.op == "deconvolution") return attributes<DeconvolutionAttributes>(node).window;
  return attributes<PoolingAttributes>(node).window;
}

std::vector<std::int64_t> pads_of(const Graph& graph) {
  const Window& w = window_of(graph);
  return {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
}
using Pads = std::vector<std::int64_t>;

OneLayer convolution(const std::string& words) {
  return {"convolution",
          {1, 1, 7, 6},
          R"({"weights": 2, "ksize_h": 3, "ksize_w": 3, "stride_h": 2, "stride_w": 2, "bias": false, )" +
              words + "}",
          1,
          {{"l_1:weight", Tensor(DataType::float32, {2, 1, 3, 3})}}};
}

// 7 rows, stride 2: 4 outputs reach over 3 * 2 + 3 = 9 rows, 2 more than there are: 1 and 1. 6 columns: 3
// outputs reach over 2 * 2 + 3 = 7, 1 more: none in front, 1 behind.
TEST(AcuityWords, SameIsWorkedOut) {
  for (const char* words : {R"("padding": "SAME", "pad_method": "auto")", R"("padding": "SAME")",
                            R"("padding": "SAME", "pad_h": 0, "pad_w": "0")",
                            R"("padding": "SAME", "pad_method": "auto", "pad": [1, 0, 1, 1])"}) {
    const Graph graph = load(convolution(words));
    EXPECT_EQ(pads_of(graph), (Pads{1, 0, 1, 1})) << words;
    EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{1, 2, 4, 3})) << words;
  }
}

TEST(AcuityWords, ConstantPadsAreTakenAsTheyAre) {
  for (const char* padding : {"SAME", "VALID"}) {
    const std::string words = R"("pad_method": "padding_const", "pad": "1,1,1,1", "padding": ")";
    EXPECT_EQ(pads_of(load(convolution(words + padding + "\""))), (Pads{1, 1, 1, 1})) << padding;
  }
  EXPECT_EQ(pads_of(load(convolution(R"("padding": "VALID", "pad_method": "auto")"))), (Pads{0, 0, 0, 0}));
}

TEST(AcuityWords, PadsThatContradictAreErrors) {
  EXPECT_THAT(complaint(convolution(R"("padding": "SAME", "pad": [1, 1, 1, 1])")),
              HasSubstr("layer 'l_1': parameter 'padding' is SAME, which is the pads [1,0,1,1]"));
  EXPECT_THAT(complaint(convolution(R"("padding": "VALID", "pad_method": "auto", "pad_h": 1)")),
              HasSubstr("layer 'l_1': parameter 'pad_method' is auto beside pads"));
  EXPECT_THAT(complaint(convolution(R"("padding": "SAME", "pad_method": "padding_const")")),
              HasSubstr("parameter 'pad' is missing"));
  EXPECT_THAT(complaint(convolution(R"("padding": "FULL")")), HasSubstr("parameter 'padding' is 'FULL'"));
  EXPECT_THAT(complaint(convolution(R"("pad_method": "mirror")")), HasSubstr("'pad_method' is 'mirror'"));
  EXPECT_THAT(complaint(convolution(R"("padding": "SAME", "stride_h": 0)")),
              HasSubstr("the window has the size 0"));
}

// A window of 1 with stride 3 over 6: ceil(6 / 3) = 2 outputs, and not the third that rounding up would make.
TEST(AcuityWords, PoolingWithSameIgnoresRounding) {
  const Graph graph = load({"pooling",
                            {1, 1, 6, 6},
                            R"({"type": "MAX", "ksize_h": 1, "ksize_w": 1, "stride_h": 3, "stride_w": 3,
                                "padding": "SAME", "pad_method": "auto", "round_type": "ceil"})"});
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{1, 1, 2, 2}));
}

// Twice as large: (5 - 1) * 2 + 3 = 11 rows, 1 more than 10. A kernel of 1 makes 9, 1 less.
TEST(AcuityWords, DeconvolutionWithSame) {
  const auto layer = [](std::int64_t k, const std::string& more) {
    const std::string size = std::to_string(k);
    return OneLayer{"deconvolution",
                    {1, 1, 5, 5},
                    R"({"weights": 1, "stride_h": 2, "stride_w": 2, "padding": "SAME", "ksize_h": )" + size +
                        R"(, "ksize_w": )" + size + more + "}",
                    1,
                    {{"l_1:weight", Tensor(DataType::float32, {1, 1, k, k})}}};
  };
  EXPECT_EQ(pads_of(load(layer(3, ""))), (Pads{0, 0, 1, 1}));
  for (const std::int64_t k : {1, 2, 3, 4, 5})
    EXPECT_EQ(value_named(load(layer(k, "")), "l_1:out0").shape, (Shape{1, 1, 10, 10})) << k;
  EXPECT_NO_THROW(load(layer(3, R"(, "output_shape": [1, 10, 10, 1])")));
  EXPECT_THAT(complaint(layer(3, R"(, "output_shape": [1, 9, 9, 1])")),
              HasSubstr("parameter 'output_shape' is [1,9,9,1]"));
}

// [op, input shape, parameters, inputs] and the nodes it becomes.
struct Row {
  OneLayer layer;
  const char* nodes;
};

TEST(AcuityWords, LayersBecomeOperators) {
  const std::vector<Row> rows = {
      {{"permute", {1, 2, 3, 4}, R"({"perm": "0 2 3 1"})"}, "permute perm=[0,2,3,1] -> [1,3,4,2]"},
      {{"reshape", {2, 3, 4}, R"({"shape": [0, -1]})"}, "reshape shape=[2,12] -> [2,12]"},
      {{"reshape", {2, 3, 4}, R"({"shape": "-1,6"})"}, "reshape shape=[4,6] -> [4,6]"},
      {{"flatten", {2, 3, 4}}, "reshape shape=[2,12] -> [2,12]"},
      {{"flatten", {2, 3, 4, 5}, R"({"axis": 3})"}, "reshape shape=[2,60] -> [2,60]"},
      {{"squeeze", {1, 3, 1, 2}, R"({"axis_list": [-2], "name": null})"}, "reshape shape=[1,3,2] -> [1,3,2]"},
      {{"squeeze", {1, 3, 1, 2}}, "reshape shape=[3,2] -> [3,2]"},
      {{"dropout", {2, 3}, R"({"ratio": 0.5, "scale_train": true})"}, "noop -> [2,3]"},
      {{"real_div", {2, 3}, "{}", 2}, "divide -> [2,3]"},
      {{"eltwise", {2, 3}, R"({"operation": "SUM", "coeff": ""})", 2}, "add -> [2,3]"},
      {{"eltwise", {2, 3}, R"({"operation": "SUM", "coeff": "1 -1"})", 2}, "subtract -> [2,3]"},
      {{"eltwise", {2, 3}, R"({"operation": "PROD", "coeff": [1, 1]})", 2}, "multiply -> [2,3]"},
      {{"eltwise", {2, 3}, R"({"operation": "MAX"})", 2}, "maximum -> [2,3]"},
      {{"reducesum", {2, 3, 4}, R"({"axis_list": [-2], "keep_dims": true})"},
       "reduce sum axes=[1] keep_dims -> [2,1,4]"},
      {{"reducemean", {2, 3, 4}, R"({"axis_list": "1 2", "keep_dims": false})"},
       "reduce mean axes=[1,2] -> [2]"},
      {{"reducemax", {2, 3, 4}, R"({"axis_list": 2, "keep_dims": false})"}, "reduce max axes=[2] -> [2,3]"},
      {{"expand_broadcast", {2, 1, 4}, R"({"shape": [2, 3, 4]})"}, "expand shape=[2,3,4] -> [2,3,4]"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(outcome(row.layer), row.nodes) << row.layer.op << row.layer.parameters;
}

TEST(AcuityWords, Slices) {
  const Graph rest = load({"slice", {1, 5, 6}, R"({"begin": "0 2 1", "size": [1, -1, 3]})"});
  EXPECT_EQ(value_named(rest, "l_1:out0").shape, (Shape{1, 3, 3}));

  const Graph back = load({"reverse", {2, 5}, R"({"axis": [-1]})"});
  const auto& a = attributes<SliceAttributes>(back.nodes.at(0));
  EXPECT_EQ(a.begin, (Pads{0, 4}));
  EXPECT_EQ(a.size, (Pads{2, 5}));
  EXPECT_EQ(a.step, (Pads{1, -1}));
}

// NumPy's x[:, 1, ::2, -3:-1] of [2,3,5,6]: axis 0 is open at both ends by bit 0 of both masks, axis 1 goes
// by bit 1 of the shrink mask, axis 2 from 0 to 5 by twos has elements 0, 2, 4; axis 3 has elements 3, 4.
TEST(AcuityWords, StridedSliceWithMasks) {
  const Graph graph =
      load({"stridedslice",
            {2, 3, 5, 6},
            R"({"slice_begin": "7 1 0 -3", "slice_end": "0,2,5,-1", "slice_strides": [1, 1, 2, 1],
                                "slice_begin_mask": 1, "slice_end_mask": 1, "slice_shrink_axis_mask": 2,
                                "slice_ellipsis_mask": 0, "slice_new_axis_mask": 0})"});
  ASSERT_EQ(graph.nodes.size(), 2U);
  const auto& a = attributes<SliceAttributes>(graph.nodes[0]);
  EXPECT_EQ(a.begin, (Pads{0, 1, 0, 3}));
  EXPECT_EQ(a.size, (Pads{2, 1, 3, 2}));
  EXPECT_EQ(a.step, (Pads{1, 1, 2, 1}));
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{2, 3, 2}));
}

TEST(AcuityWords, PadsOneBehindTheOther) {
  const Graph graph = load({"pad", {1, 2, 3}, R"({"padding_size": "0,0,0,1,2,0", "padding_const": "0"})"});
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{1, 3, 5}));
  EXPECT_EQ(attributes<PadAttributes>(graph.nodes.at(0)).before, (Pads{0, 0, 2}));
}

TEST(AcuityWords, StackIsAConcatAlongANewAxis) {
  const Graph graph = load({"stack", {2, 3}, R"({"axis": 1})", 2});
  EXPECT_EQ(graph.nodes.size(), 3U);
  EXPECT_EQ(graph.nodes.back().op, "concat");
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{2, 2, 3}));
}

// [2,3,4] by the transpose of [2,3,4], [2,4,3].
TEST(AcuityWords, TransposedMatmul) {
  const Graph graph = load({"matmul", {2, 3, 4}, R"({"transpose_a": false, "transpose_b": true})", 2});
  EXPECT_EQ(attributes<PermuteAttributes>(graph.nodes.at(0)).perm, (Pads{0, 2, 1}));
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{2, 3, 3}));
}

TEST(AcuityWords, Resizes) {
  const Graph resized = load({"image_resize", {1, 2, 4, 5}, R"({"type": "nearest", "new_size": [8, 15]})"});
  EXPECT_EQ(value_named(resized, "l_1:out0").shape, (Shape{1, 2, 8, 15}));
  const auto& a = attributes<ResizeAttributes>(resized.nodes.at(0));
  EXPECT_EQ(a.scales, (std::vector<float>{1, 1, 2, 3}));
  EXPECT_EQ(a.nearest, ResizeAttributes::Nearest::floor);
  const Graph doubled = load({"upsampling", {1, 2, 4, 5}, R"({"factor": 2})"});
  EXPECT_EQ(doubled.nodes.at(0).op, "image_resize");
  EXPECT_EQ(value_named(doubled, "l_1:out0").shape, (Shape{1, 2, 8, 10}));
  EXPECT_EQ(attributes<ResizeAttributes>(doubled.nodes[0]).coordinates,
            ResizeAttributes::Coordinates::asymmetric);
}

// One number a channel, which is axis 1 of [1,3,2,2]: [3,1,1] broadcasts along it.
TEST(AcuityWords, ConstantsAChannel) {
  const Tensor three = Tensor::of<float>({3}, {1, 2, 3});
  const Graph prelu = load({"prelu", {1, 3, 2, 2}, "{}", 1, {{"l_1:a", three}}});
  EXPECT_EQ(prelu.values[prelu.nodes.at(0).inputs.at(1)].shape, (Shape{3, 1, 1}));
  EXPECT_EQ(floats_of(prelu.values[prelu.nodes[0].inputs[1]]), (std::vector<float>{1, 2, 3}));
  const Graph scaled =
      load({"l2normalizescale", {1, 3, 2, 2}, R"({"l2n_dim": "1"})", 1, {{"l_1:scale", three}}});
  ASSERT_EQ(scaled.nodes.size(), 2U);
  EXPECT_EQ(scaled.nodes[0].op, "l2normalize");
  EXPECT_EQ(scaled.nodes[1].op, "multiply");
  EXPECT_EQ(scaled.values[scaled.nodes[1].inputs.at(1)].shape, (Shape{3, 1, 1}));
}

// The 32 numbers of [8,2,2] read as two maps of 4 rows and 4 columns, 0 … 15 and 16 … 31. First the pixels at
// even rows and columns, of the first map 0 2 8 10, of the second 16 more; then odd columns, odd rows, both.
// A space2depth of [8,2,2] itself would begin 0 4 8 12.
TEST(AcuityWords, ReorgInDarknetsOrder) {
  const Graph graph = load({"reorg", {1, 8, 2, 2}, R"({"stride": "2"})"});
  EXPECT_EQ(value_named(graph, "l_1:out0").shape, (Shape{1, 32, 1, 1}));
  EXPECT_THAT(graph.notes, testing::ElementsAre(HasSubstr("Darknet's order")));
  std::vector<float> numbers(32);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  const Tensor result = execute(graph, {Tensor::of<float>({1, 8, 2, 2}, numbers)}, {}).at(0);
  std::vector<float> wanted;
  for (const int phase : {0, 1, 4, 5}) {
    for (const int map : {0, 16}) {
      for (const int pixel : {0, 2, 8, 10}) wanted.push_back(static_cast<float>(map + phase + pixel));
    }
  }
  EXPECT_EQ(std::vector<float>(result.data<float>(), result.data<float>() + result.size()), wanted);
}

TEST(AcuityWords, OtherParameters) {
  EXPECT_EQ(value_named(load({"cast", {2}, R"({"in_data_type": "3", "out_data_type": "int32"})"}), "l_1:out0")
                .dtype,
            DataType::int32);
  const Graph clip = load({"relun", {2}, R"({"relu_clamp_top": "6", "relu_clamp_bottom": "0"})"});
  EXPECT_EQ(attributes<ClipAttributes>(clip.nodes.at(0)).max, 6);
}

TEST(AcuityWords, WhatIsNotKnownIsAnError) {
  const std::vector<Row> rows = {
      {{"flatten", {1, 2, 3, 4}, R"({"axis": 2})"}, "layer 'l_1': parameter 'axis' is 2"},
      {{"flatten", {1, 2, 3}, R"({"axis": 3})"}, "layer 'l_1': parameter 'axis' is 3 for the shape [1,2,3]"},
      {{"eltwise", {2}, R"({"operation": "XOR"})", 2}, "layer 'l_1': parameter 'operation' is 'XOR'"},
      {{"eltwise", {2}, R"({"operation": "SUM", "coeff": "1 2"})", 2}, "layer 'l_1': parameter 'coeff'"},
      {{"eltwise", {2}, R"({"operation": "DIV"})", 3}, "layer 'l_1': 3 inputs"},
      {{"eltwise", {2}, R"({"operation": "SUM"})", 1}, "1 inputs"},
      {{"reducesum", {2, 3}, R"({"axis_list": [1], "keep_dims": true, "noise": 1})"},
       "parameter 'noise' is unknown"},
      {{"squeeze", {2, 3}, R"({"axis_list": [0]})"}, "layer 'l_1': axis 0 of [2,3] is not 1"},
      {{"reshape", {2, 3}, R"({"shape": [-1, 4]})"}, "layer 'l_1': cannot reshape [2,3]"},
      {{"stridedslice", {4}, R"({"slice_begin": 0, "slice_end": 4, "slice_strides": 0})"},
       "layer 'l_1': a step is 0"},
      {{"layernormalize",
        {1, 2, 3},
        R"({"axis_list": [1], "eps": 1e-5})",
        1,
        {{"l_1:scale", Tensor(DataType::float32, {2})}}},
       "layer 'l_1': parameter 'axis_list' is [1] for 3"},
      {{"upsample", {1, 1, 2, 2}, R"({"scale": 2})", 2}, "input 1 is not the second output of a pool"},
      {{"unstack", {2, 3}, R"({"axis": 1})"}, "layer 'l_1': 1 outputs for the 3 elements of axis 1"},
      {{"conv1d", {1, 2, 3, 4}, R"({"ksize": 2})", 1, {{"l_1:weight", Tensor(DataType::float32, {1, 2, 2})}}},
       "layer 'l_1': input 0 has the shape [1,2,3,4]"},
      {{"pool1d", {1, 2, 4}, R"({"ksize": 2, "type": "MAX", "pad": [1, 1, 1]})"},
       "parameter 'pad' is [1,1,1]"},
      {{"pool1d", {1, 2, 4}, R"({"ksize": 2, "type": "SUM"})"}, "parameter 'type' is 'SUM'"},
      {{"reorg", {1, 2, 2, 2}, R"({"stride": 2})"}, "parameter 'stride' is 2 for the shape [1,2,2,2]"},
      {{"reorg", {1, 4, 2, 3}, R"({"stride": 2})"}, "parameter 'stride' is 2 for the shape [1,4,2,3]"},
      {{"reorg", {1, 4, 2, 2}, R"({"stride": 0})"}, "parameter 'stride' is 0"},
      {{"roipooling", {1, 1, 2, 2}, R"({"pooled_h": 6})", 2},
       "'roipooling' is not supported: nothing public"},
      {{"proposal", {1, 1, 2, 2}, "{}", 2}, "'proposal' is not supported: nothing public"},
      {{"lstmunit", {1, 1, 2}, R"({"weights": 2048})"}, "'lstmunit' is not supported: nothing public"},
      {{"continuationindicator", {1}, R"({"time_step": 99})"},
       "'continuationindicator' is not supported: nothing"},
  };
  for (const Row& row : rows) EXPECT_THAT(complaint(row.layer), HasSubstr(row.nodes)) << row.layer.op;
}

}  // namespace
}  // namespace trireme
