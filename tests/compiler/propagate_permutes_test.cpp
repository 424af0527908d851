// SPDX-License-Identifier: Apache-2.0
// Permutes that come in pairs around operators on images, as a network of an [n,h,w,c] framework has them.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/simplify/carry_axes.h"
#include "compiler/simplify/passes.h"
#include "model/graph/operators.h"
#include "model/reference/execute.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::Builder;

const Permutation kToNchw = {0, 3, 1, 2}, kToNhwc = {0, 2, 3, 1};

ValueId convolution(Builder& b, ValueId nhwc, int channels, int kernel = 3) {
  const ValueId x = b.convolution(b.permute(nhwc, kToNchw), {channels, kernel, 1, kernel / 2, 1, true});
  return b.permute(x, kToNhwc);
}

bool run(Graph& graph) {
  const bool changed = propagate_permutes(graph);
  compact(graph);
  infer_shapes(graph);
  verify(graph);
  return changed;
}

std::int64_t permutes(const Graph& graph) {
  return std::count_if(graph.nodes.begin(), graph.nodes.end(),
                       [](const Node& node) { return node.op == "permute"; });
}

void expect_same_bytes(const Graph& before, const Graph& after, bool quantized) {
  const std::vector<Tensor> inputs = test::random_inputs(before, 5);
  ExecuteOptions options;
  options.quantized = quantized;
  const std::vector<Tensor> expected = execute(before, inputs, options),
                            actual = execute(after, inputs, options);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(before.values[before.outputs[i]].name, after.values[after.outputs[i]].name);
    EXPECT_EQ(expected[i].shape, actual[i].shape);
    EXPECT_EQ(expected[i].bytes, actual[i].bytes) << dump(before) << dump(after);
  }
}

void check(const std::string& golden, const Graph& before, std::int64_t permutes_left) {
  Graph after = before;
  EXPECT_TRUE(run(after));
  test::expect_golden(golden, "before\n" + dump(before) + "after\n" + dump(after));
  EXPECT_EQ(permutes(after), permutes_left);
  expect_same_bytes(before, after, false);
  EXPECT_FALSE(run(after)) << "the pass does not finish its work";
}

// Only the input and the output of the model need one.
TEST(PropagatePermutes, ResidualBlock) {
  Builder b;
  const ValueId a = b.relu(convolution(b, b.input({1, 5, 4, 3}), 6));
  const ValueId sum = b.relu(b.node("add", {}, {a, convolution(b, a, 6)}));
  check("propagate_permutes_residual", b.finish({convolution(b, sum, 2)}), 2);
}

// Constants are re-laid; one of lower rank gets the missing axes first. The axis of concat follows.
TEST(PropagatePermutes, ConstantsAndConcat) {
  Builder b;
  const ValueId x = b.input({1, 5, 4, 3});
  const ValueId a = b.node("multiply", {}, {convolution(b, x, 2), b.random_constant("channel", {2})});
  const ValueId c = b.node("add", {}, {convolution(b, x, 2), b.random_constant("map", {1, 5, 4, 1})});
  const ValueId joined = b.node("concat", ConcatAttributes{3}, {a, c});
  check("propagate_permutes_concat", b.finish({convolution(b, joined, 2)}), 2);
}

// The input of the model, in its own order, is added to a map between two convolutions: one permute of it
// replaces two, and is the one that the first convolution has already.
TEST(PropagatePermutes, AnOperandWithoutAPermute) {
  Builder b;
  const ValueId x = b.input({1, 5, 4, 3});
  const ValueId sum = b.node("add", {}, {convolution(b, x, 3), x});
  check("propagate_permutes_operand", b.finish({b.softmax(b.flatten(convolution(b, sum, 1)), 1)}), 1);
}

// [1,c,1,1] to [1,1,1,c] moves nothing: a reshape.
TEST(PropagatePermutes, BecomesAReshape) {
  Builder b;
  ValueId x = b.pooling(b.permute(b.input({1, 4, 4, 3}), kToNchw), PoolingAttributes::Type::avg, 4, 1);
  x = b.fullconnect(b.flatten(b.permute(x, kToNhwc)), 4);
  check("propagate_permutes_reshape", b.finish({x}), 1);
}

TEST(PropagatePermutes, LeavesWhatDataNeeds) {
  Builder b;
  const ValueId x = b.permute(b.input({1, 2, 3, 4}), kToNhwc);
  Graph before = b.finish({x});
  Graph after = before;
  EXPECT_FALSE(run(after));
  EXPECT_EQ(dump(before), dump(after));
}

TEST(PropagatePermutes, LeavesARequantization) {
  Builder b;
  const ValueId x = b.relu(b.permute(b.relu(b.input({1, 2, 3, 4})), kToNhwc));
  Graph before = test::quantized(b.finish({b.permute(x, kToNchw)}));
  before.values[before.find_value("permute_out")].quantization.scale[0] *= 2;
  Graph after = before;
  run(after);
  EXPECT_EQ(permutes(after), 2);
  expect_same_bytes(before, after, true);
}

// Random branches of convolutions, sums, products with constants, activations, concats and, since a quantized
// convolution takes no float16, on request softmax.
Graph random_nhwc_network(std::uint64_t seed, bool softmax) {
  test::Random random(seed);
  Builder b(seed);
  std::vector<ValueId> maps = {b.input({1, 4, 5, 3})};
  const auto any = [&] {
    return maps[static_cast<std::size_t>(random.below(static_cast<int>(maps.size())))];
  };
  const auto channels = [&](ValueId id) { return b.graph.values[id].shape[3]; };
  for (int step = 0; step < 9; ++step) {
    const ValueId x = any(), y = any();
    switch (random.below(6)) {
      case 0:
      case 1:
        maps.push_back(convolution(b, x, 1 + random.below(4), 1 + 2 * random.below(2)));
        break;
      case 2:
        maps.push_back(channels(x) == channels(y) || channels(x) == 1 || channels(y) == 1
                           ? b.node("add", {}, {x, y})
                           : b.relu(x));
        break;
      case 3:
        maps.push_back(
            b.node("multiply", {}, {x, b.random_constant("c" + std::to_string(step), {channels(x)})}));
        break;
      case 4:
        maps.push_back(b.node("concat", ConcatAttributes{3}, {x, y}));
        break;
      default:
        maps.push_back(softmax ? b.softmax(x, 1 + random.below(3)) : b.relu(x));
        break;
    }
  }
  return b.finish({maps.back(), any() == maps.front() ? b.relu(maps[1]) : maps[maps.size() - 2]});
}

TEST(PropagatePermutes, RandomNetworksComputeTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph before = random_nhwc_network(seed, true);
    Graph after = before;
    run(after);
    expect_same_bytes(before, after, false);
    EXPECT_FALSE(run(after));
  }
}

TEST(PropagatePermutes, QuantizedNetworksComputeTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Graph before = test::quantized(random_nhwc_network(seed, false));
    Graph after = before;
    run(after);
    expect_same_bytes(before, after, true);
  }
}

}  // namespace
}  // namespace trireme
