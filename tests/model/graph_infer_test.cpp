// SPDX-License-Identifier: Apache-2.0
// Output shapes and MACs, each against a sum done by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using testing::HasSubstr;

Window window(std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
  Window w;
  w.kernel_h = w.kernel_w = kernel;
  w.stride_h = w.stride_w = stride;
  w.pad_top = w.pad_left = w.pad_bottom = w.pad_right = pad;
  return w;
}

// One node on inputs of the given shapes; inputs from the second on are constants.
Graph one_node(const std::string& op, std::any attributes, const std::vector<Shape>& shapes) {
  Graph graph;
  Node node;
  node.name = "n";
  node.op = op;
  node.attributes = std::move(attributes);
  for (const Shape& shape : shapes) {
    const std::string name = "i" + std::to_string(graph.values.size());
    if (graph.values.empty()) {
      Value value;
      value.name = name;
      value.shape = shape;
      graph.inputs = {graph.add_value(std::move(value))};
    } else {
      graph.add_constant(name, Tensor(DataType::float32, shape));
    }
    node.inputs.push_back(static_cast<ValueId>(graph.values.size() - 1));
  }
  Value output;
  output.name = "out";
  node.outputs = {graph.add_value(std::move(output))};
  graph.outputs = node.outputs;
  graph.add_node(std::move(node));
  return graph;
}

Shape infer(Graph graph) {
  infer_shapes(graph);
  return graph.values[graph.outputs[0]].shape;
}
std::int64_t macs_of(Graph graph) {
  infer_shapes(graph);
  return macs(graph, graph.nodes[0]);
}
std::string complaint(const Graph& graph) {
  return error_of([&] { infer(graph); });
}

TEST(InferConvolution, Shapes) {
  // (28 + 2 + 2 - 5)/1 + 1 = 28
  EXPECT_EQ(infer(one_node("convolution", ConvolutionAttributes{window(5, 1, 2)},
                           {{1, 1, 28, 28}, {6, 1, 5, 5}, {6}})),
            (Shape{1, 6, 28, 28}));
  // (224 + 3 + 3 - 7)/2 + 1 = 111.5 + 1 -> 112
  EXPECT_EQ(infer(one_node("convolution", ConvolutionAttributes{window(7, 2, 3)},
                           {{2, 3, 224, 224}, {64, 3, 7, 7}})),
            (Shape{2, 64, 112, 112}));
  // dilation 2: reach 2*(3-1)+1 = 5; rows (10 + 1 + 0 - 5)/1 + 1 = 7, columns (10 + 2 + 3 - 5)/3 + 1 = 3.33+1
  // -> 4
  ConvolutionAttributes a{window(3, 1, 0)};
  a.window.dilation_h = a.window.dilation_w = 2;
  a.window.stride_w = 3;
  a.window.pad_top = 1, a.window.pad_left = 2, a.window.pad_right = 3;
  EXPECT_EQ(infer(one_node("convolution", a, {{1, 4, 10, 10}, {8, 4, 3, 3}})), (Shape{1, 8, 7, 4}));
}

TEST(InferConvolution, Macs) {
  // LeNet's second: 16*10*10 outputs of 6*5*5 weights = 1600 * 150 = 240,000
  EXPECT_EQ(macs_of(one_node("convolution", ConvolutionAttributes{window(5, 1, 0)},
                             {{1, 6, 14, 14}, {16, 6, 5, 5}})),
            240'000);
  // depthwise: 8*4*4 outputs of 1*3*3 weights = 128 * 9 = 1152
  EXPECT_EQ(macs_of(one_node("convolution", ConvolutionAttributes{window(3, 1, 1), 8},
                             {{1, 8, 4, 4}, {8, 1, 3, 3}})),
            1152);
}

TEST(InferConvolution, Complaints) {
  const auto conv = [](ConvolutionAttributes a, const std::vector<Shape>& shapes) {
    return complaint(one_node("convolution", a, shapes));
  };
  EXPECT_THAT(conv({window(3, 1, 0)}, {{1, 3, 8, 8}, {4, 2, 3, 3}}), HasSubstr("must be [4,3,3,3]"));
  EXPECT_THAT(conv({window(3, 1, 0), 2}, {{1, 3, 8, 8}, {4, 1, 3, 3}}), HasSubstr("2 groups of 3 input"));
  EXPECT_THAT(conv({window(3, 1, 0), 0}, {{1, 3, 8, 8}, {4, 3, 3, 3}}), HasSubstr("0 groups"));
  EXPECT_THAT(conv({window(3, 1, 0)}, {{1, 3, 8, 8}, {4, 3, 3, 3}, {3}}),
              HasSubstr("bias 'i2' has the shape [3]"));
  EXPECT_THAT(conv({window(9, 1, 0)}, {{1, 3, 8, 8}, {4, 3, 9, 9}}), HasSubstr("does not fit a map of 8"));
  EXPECT_THAT(conv({window(3, 0, 0)}, {{1, 3, 8, 8}, {4, 3, 3, 3}}), HasSubstr("stride 0"));
  EXPECT_THAT(conv({window(3, 1, -1)}, {{1, 3, 8, 8}, {4, 3, 3, 3}}), HasSubstr("pad -1"));
  EXPECT_THAT(conv({window(3, 1, 0)}, {{3, 8, 8}, {4, 3, 3, 3}}), HasSubstr("4 dimensions are supported"));
}

TEST(InferPooling, RoundingUpStartsNoWindowInThePadding) {
  PoolingAttributes a{PoolingAttributes::Type::max, window(3, 2, 0)};
  // (6 - 3)/2 + 1 = 2.5: down 2, up 3 (the third window starts at 4 < 6)
  EXPECT_EQ(infer(one_node("pooling", a, {{1, 1, 6, 6}})), (Shape{1, 1, 2, 2}));
  a.ceil_mode = true;
  EXPECT_EQ(infer(one_node("pooling", a, {{1, 1, 6, 6}})), (Shape{1, 1, 3, 3}));
  // kernel 2, stride 3, pad 1: (6 + 2 - 2)/3 + 1 = 3 exactly, up or down
  a.window = window(2, 3, 1);
  EXPECT_EQ(infer(one_node("pooling", a, {{1, 1, 6, 6}})), (Shape{1, 1, 3, 3}));
  // kernel 2, stride 3, pad 1, map 4: (4 + 2 - 2)/3 + 1 = 2.33, up 3, but the third would start at 6 >= 4 + 1
  EXPECT_EQ(infer(one_node("pooling", a, {{1, 1, 4, 4}})), (Shape{1, 1, 2, 2}));
}

TEST(InferPooling, Complaints) {
  PoolingAttributes a{PoolingAttributes::Type::avg, window(2, 2, 2)};
  EXPECT_THAT(complaint(one_node("pooling", a, {{1, 1, 6, 6}})),
              HasSubstr("each pad must be smaller than the window"));
}

TEST(InferFullconnect, FlattensFromTheAxis) {
  EXPECT_EQ(infer(one_node("fullconnect", FullconnectAttributes{1}, {{2, 4, 3, 3}, {10, 36}, {10}})),
            (Shape{2, 10}));
  EXPECT_EQ(infer(one_node("fullconnect", FullconnectAttributes{-1}, {{2, 7, 5}, {3, 5}})), (Shape{2, 7, 3}));
  EXPECT_EQ(macs_of(one_node("fullconnect", FullconnectAttributes{1}, {{2, 4, 3, 3}, {10, 36}})),
            2 * 10 * 36);
  EXPECT_EQ(macs_of(one_node("fullconnect", FullconnectAttributes{2}, {{2, 7, 5}, {3, 5}})), 2 * 7 * 3 * 5);
  EXPECT_THAT(complaint(one_node("fullconnect", FullconnectAttributes{1}, {{1, 35}, {10, 36}})),
              HasSubstr("must be [10,35]"));
  EXPECT_THAT(complaint(one_node("fullconnect", FullconnectAttributes{2}, {{1, 36}, {10, 36}})),
              HasSubstr("axis 2"));
}

TEST(InferElementwise, Broadcast) {
  EXPECT_EQ(infer(one_node("add", {}, {{1, 8, 28, 28}, {8, 1, 1}})), (Shape{1, 8, 28, 28}));
  EXPECT_EQ(infer(one_node("add", {}, {{4, 1}, {3, 1, 5}})), (Shape{3, 4, 5}));
  EXPECT_EQ(infer(one_node("multiply", {}, {{2, 3}, {}})), (Shape{2, 3}));
  EXPECT_THAT(complaint(one_node("add", {}, {{2, 3}, {2}})), HasSubstr("[2,3] and [2] do not fit together"));
}

TEST(InferShapeOperators, Shapes) {
  EXPECT_EQ(infer(one_node("reshape", ReshapeAttributes{{2, 18}}, {{2, 2, 3, 3}})), (Shape{2, 18}));
  EXPECT_EQ(infer(one_node("permute", PermuteAttributes{{0, 2, 3, 1}}, {{1, 3, 4, 5}})), (Shape{1, 4, 5, 3}));
  EXPECT_EQ(infer(one_node("concat", ConcatAttributes{-3}, {{1, 3, 4, 4}, {1, 5, 4, 4}})),
            (Shape{1, 8, 4, 4}));
  EXPECT_EQ(infer(one_node("noop", {}, {{1, 3}})), (Shape{1, 3}));
}

TEST(InferShapeOperators, Complaints) {
  EXPECT_THAT(complaint(one_node("reshape", ReshapeAttributes{{2, 17}}, {{2, 18}})),
              HasSubstr("cannot reshape [2,18] to [2,17]"));
  for (const auto& perm : {std::vector<std::int64_t>{0, 1}, {0, 0, 1}, {0, 1, 3}, {0, 1, -1}, {}}) {
    EXPECT_THAT(complaint(one_node("permute", PermuteAttributes{perm}, {{1, 3, 4}})),
                HasSubstr("every axis exactly once"));
  }
  EXPECT_THAT(complaint(one_node("concat", ConcatAttributes{1}, {{1, 3, 4}, {1, 5, 5}})),
              HasSubstr("must be [1,5,4]"));
  EXPECT_THAT(complaint(one_node("concat", ConcatAttributes{3}, {{1, 3, 4}})), HasSubstr("axis 3"));
}

TEST(InferActivations, KeepTheShape) {
  EXPECT_EQ(infer(one_node("relu", {}, {{1, 3, 2}})), (Shape{1, 3, 2}));
  EXPECT_EQ(infer(one_node("softmax", SoftmaxAttributes{-1}, {{1, 3, 2}})), (Shape{1, 3, 2}));
  EXPECT_THAT(complaint(one_node("softmax", SoftmaxAttributes{3}, {{1, 3, 2}})), HasSubstr("axis 3"));
  EXPECT_THAT(complaint(one_node("relun", ClipAttributes{6, 0}, {{1, 3}})), HasSubstr("from 6 to 0"));
}

TEST(InferActivations, TheAxisOfSoftmaxBecomesPositive) {
  Graph graph = one_node("softmax", SoftmaxAttributes{-2}, {{1, 3, 2}});
  infer_shapes(graph);
  EXPECT_EQ(attributes<SoftmaxAttributes>(graph.nodes[0]).axis, 1);
}

TEST(InferBatchNorm, ParametersAreOneAChannel) {
  EXPECT_EQ(infer(one_node("batchnormalize", BatchNormAttributes{}, {{1, 3, 2, 2}, {3}, {3}, {3}, {3}})),
            (Shape{1, 3, 2, 2}));
  EXPECT_THAT(
      complaint(one_node("batchnormalize", BatchNormAttributes{}, {{1, 3, 2, 2}, {3}, {3}, {2}, {3}})),
      HasSubstr("mean 'i3' has the shape [2] (it must be [3])"));
}

TEST(InferShapes, AllProblemsAtOnceEachNode) {
  Graph graph = one_node("reshape", ReshapeAttributes{{5}}, {{1, 4}});
  const auto chain = [&](const std::string& name, ValueId input) {
    Value value;
    value.name = name + "_out";
    Node node;
    node.name = name;
    node.op = "softmax";
    node.attributes = SoftmaxAttributes{7};
    node.inputs = {input};
    node.outputs = {graph.add_value(std::move(value))};
    graph.add_node(std::move(node));
  };
  chain("behind", graph.outputs[0]);  // its input is unknown: nothing more to say
  chain("other", graph.inputs[0]);
  try {
    infer_shapes(graph);
    FAIL() << "no Error was thrown";
  } catch (const Error& error) {
    ASSERT_EQ(error.problems().size(), 2U);
    EXPECT_EQ(error.problems()[0].where, "node 'n' (reshape)");
    EXPECT_EQ(error.problems()[1].where, "node 'other' (softmax)");
  }
}

TEST(InferShapes, HugeSizesAreErrorsNotOverflows) {
  EXPECT_THAT(complaint(one_node("reshape", ReshapeAttributes{{std::int64_t{1} << 40, std::int64_t{1} << 40}},
                                 {{1}})),
              HasSubstr("more than 2^40 elements"));
  EXPECT_THAT(
      complaint(one_node("pooling", PoolingAttributes{PoolingAttributes::Type::max, window(INT64_MAX, 1, 0)},
                         {{1, 1, 4, 4}})),
      HasSubstr("kernel size"));
}

TEST(InferShapes, FunctionsOfRealNumbersTakeFloats) {
  Graph graph = one_node("sigmoid", {}, {{1, 4}});
  graph.values[0].dtype = DataType::int64;
  EXPECT_THAT(complaint(graph), HasSubstr("input 'i0' is int64"));
}

TEST(Dump, IsTheGoldenFormat) {
  ConvolutionAttributes a{window(3, 2, 1), 2};
  a.window.pad_bottom = 0;
  Graph graph = one_node("convolution", a, {{1, 4, 8, 8}, {6, 2, 3, 3}, {6}});
  graph.name = "net";
  graph.nodes[0].name = "conv 1";
  infer_shapes(graph);
  graph.nodes[0].lid = "conv1_3";
  graph.input_lids = {"in_4"};
  Quantization& q = graph.values[graph.outputs[0]].quantization;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::uint8;
  q.scale = {0.5F};
  q.zero_point = {3};
  // rows (8 + 1 + 0 - 3)/2 + 1 = 4, columns (8 + 1 + 1 - 3)/2 + 1 = 4.5 -> 4
  EXPECT_EQ(
      dump(graph),
      "graph net\n"
      "input %i0 : f32[1,4,8,8] lid=in_4\n"
      "const @i1 : f32[6,2,3,3]\n"
      "const @i2 : f32[6]\n"
      "%out : f32[1,6,4,4] u8 scale=0.5 zp=3 = convolution(%i0, @i1, @i2) kernel=3x3 stride=2x2 pad=1,1,0,1 "
      "groups=2 node=\"conv 1\" lid=conv1_3\n"
      "output %out\n");
}

TEST(Dump, NamesCannotBreakLines) {
  EXPECT_EQ(printable("a/b.c:0-1_x"), "a/b.c:0-1_x");
  EXPECT_EQ(printable(""), "\"\"");
  EXPECT_EQ(printable("a\n\"b\""), "\"a\\x0a\\\"b\\\"\"");
}

}  // namespace
}  // namespace trireme
