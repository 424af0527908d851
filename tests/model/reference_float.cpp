// SPDX-License-Identifier: Apache-2.0
// Float kernels where no golden reaches: other types, constants, and what the numbers of one row must be.
#include <gtest/gtest.h>

#include <cmath>

#include "model/reference/execute.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::reals;

std::vector<float> run(const Chain& chain, const Tensor& in) {
  return reals(execute(chain.graph, {in}, {}).at(0));
}

// 3x3 map 1..9, kernel {1, 2; 3, 4}, no padding: 1 + 4 + 12 + 20 = 37, then +10 a step right, +30 a step
// down. Bias 0.5.
TEST(FloatConvolution, ByHand) {
  Chain chain({1, 1, 3, 3});
  ConvolutionAttributes attributes;
  attributes.window.kernel_h = attributes.window.kernel_w = 2;
  const ValueId w = chain.constant("w", Tensor::of<float>({1, 1, 2, 2}, {1, 2, 3, 4}));
  const ValueId b = chain.constant("b", Tensor::of<float>({1}, {0.5F}));
  chain.add("conv", "convolution", attributes, {w, b});
  EXPECT_EQ(run(chain, Tensor::of<float>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})),
            (std::vector<float>{37.5F, 47.5F, 67.5F, 77.5F}));
}

// Several tiles of output pixels: 2^21 floats a tile, depth 4096 gives 512 pixels, the map has 900. Each
// output is the sum of its column: small integers, exact in float32 whatever the order.
TEST(FloatConvolution, TilesJoinWithoutSeam) {
  Chain chain({1, 4096, 30, 30});
  Tensor weight(DataType::float32, {1, 4096, 1, 1});
  std::fill_n(weight.data<float>(), 4096, 1.0F);
  const ValueId w = chain.constant("w", weight);
  chain.add("conv", "convolution", ConvolutionAttributes{}, {w});
  Tensor in(DataType::float32, {1, 4096, 30, 30});
  for (std::int64_t i = 0; i < in.size(); ++i) in.data<float>()[i] = static_cast<float>(i % 900 % 7);
  const std::vector<float> out = run(chain, in);
  for (std::size_t p = 0; p < out.size(); ++p) ASSERT_EQ(out[p], 4096 * static_cast<float>(p % 7)) << p;
}

// 1 2 3 4 with one column of padding left, taps two apart: {-, 2}, {1, 3}, {2, 4}.
TEST(FloatPooling, DilationStepsOverThePadding) {
  PoolingAttributes pool;
  pool.type = PoolingAttributes::Type::avg;
  pool.window.kernel_w = pool.window.dilation_w = 2;
  pool.window.pad_left = 1;
  Chain chain({1, 1, 1, 4});
  chain.add("pool", "pooling", pool);
  EXPECT_EQ(run(chain, Tensor::of<float>({1, 1, 1, 4}, {1, 2, 3, 4})), (std::vector<float>{2, 2, 3}));
}

// gamma 4, beta 5, mean 1, variance 3, eps 1: 4 (x - 1) / 2 + 5.
TEST(FloatBatchNorm, ByHand) {
  Chain chain({1, 1, 1, 2});
  std::vector<ValueId> constants;
  for (const float value : {4.0F, 5.0F, 1.0F, 3.0F}) {
    constants.push_back(
        chain.constant("c" + std::to_string(constants.size()), Tensor::of<float>({1}, {value})));
  }
  chain.add("bn", "batchnormalize", BatchNormAttributes{1}, constants);
  EXPECT_EQ(run(chain, Tensor::of<float>({1, 1, 1, 2}, {3, 0})), (std::vector<float>{9, 3}));
}

TEST(FloatActivation, NanPassesAndRangesHold) {
  const float nan = std::nanf("");
  const Tensor in = Tensor::of<float>({1, 4}, {-2, 0.5F, 9, nan});
  const auto relu = run(Chain({1, 4}).add("r", "relu", {}), in);
  EXPECT_EQ(relu[0], 0);
  EXPECT_EQ(relu[2], 9);
  EXPECT_TRUE(std::isnan(relu[3]));
  const auto clip = run(Chain({1, 4}).add("c", "relun", ClipAttributes{-1, 6}), in);
  EXPECT_EQ(clip[0], -1);
  EXPECT_EQ(clip[1], 0.5F);
  EXPECT_EQ(clip[2], 6);
}

TEST(FloatSoftmax, LargeInputsStayFinite) {
  const auto y = run(Chain({1, 3}).add("s", "softmax", SoftmaxAttributes{1}),
                     Tensor::of<float>({1, 3}, {1000, 1000, -1000}));
  EXPECT_EQ(y, (std::vector<float>{0.5F, 0.5F, 0}));
}

// Constant folding: operators that move data take any type, sums also int64.
TEST(NodeExecution, MovesAndAddsIntegerConstants) {
  Chain chain({2, 3});
  chain.add("turn", "permute", PermuteAttributes{{1, 0}});
  const Tensor whole = Tensor::of<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor turned = execute_node_float(chain.graph, chain.graph.nodes[0], {&whole}).at(0);
  EXPECT_EQ(turned.shape, (Shape{3, 2}));
  const std::vector<std::int64_t> wanted = {1, 4, 2, 5, 3, 6};
  EXPECT_EQ(std::vector<std::int64_t>(turned.data<std::int64_t>(), turned.data<std::int64_t>() + 6), wanted);

  Chain sum({2, 3});
  const ValueId c = sum.constant("c", Tensor::of<float>({3}, {10, 20, 30}));
  sum.add("sum", "add", {}, {c});
  const Tensor row = Tensor::of<std::int64_t>({3}, {10, 20, 30});
  const Tensor total = execute_node_float(sum.graph, sum.graph.nodes[0], {&whole, &row}).at(0);
  EXPECT_EQ(element(total, 5), 36);
  EXPECT_EQ(element(total, 3), 14);
  const Tensor half(DataType::float16, {3});
  EXPECT_THROW(execute_node_float(sum.graph, sum.graph.nodes[0], {&whole, &half}), Error);
}

TEST(NodeExecution, UnknownOperatorIsAnError) {
  Graph graph;
  Node node;
  node.name = "x";
  node.op = "quantum_foam";
  EXPECT_THROW(execute_node_float(graph, node, {}), Error);
}

}  // namespace
}  // namespace trireme
