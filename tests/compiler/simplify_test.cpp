// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compiler/compile.h"
#include "compiler/simplify/passes.h"
#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/quantize/calibrate.h"
#include "model/reference/execute.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::Builder;

bool run_pass(const std::string& name, Graph& graph) {
  for (const SimplifyPass& pass : simplify_passes()) {
    if (pass.name != name) continue;
    const bool changed = pass.run(graph);
    compact(graph);
    infer_shapes(graph);
    verify(graph);
    return changed;
  }
  internal_error("no pass " + name);
}

// The float results stay within the rounding of what was folded.
void expect_same_results(const Graph& before, const Graph& after) {
  const std::vector<Tensor> inputs = test::random_inputs(before, 11);
  const std::vector<Tensor> expected = execute(before, inputs, {}), actual = execute(after, inputs, {});
  ASSERT_EQ(expected.size(), actual.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(before.values[before.outputs[i]].name, after.values[after.outputs[i]].name);
    ASSERT_EQ(expected[i].shape, actual[i].shape);
    for (std::int64_t e = 0; e < expected[i].size(); ++e) {
      const double a = element(expected[i], e), b = element(actual[i], e);
      ASSERT_NEAR(a, b, 1e-4 * std::max(1.0, std::abs(a)));
    }
  }
}

// One pass on one graph: text before and after, same results, nothing left to do.
void check_pass(const std::string& pass, const std::string& golden, const Graph& before) {
  Graph after = before;
  EXPECT_TRUE(run_pass(pass, after));
  test::expect_golden(golden, "before\n" + dump(before) + "after\n" + dump(after));
  expect_same_results(before, after);
  EXPECT_FALSE(run_pass(pass, after)) << "the pass does not finish its work";
}

void check_left_alone(const std::string& pass, const Graph& before) {
  Graph after = before;
  EXPECT_FALSE(run_pass(pass, after));
  EXPECT_EQ(dump(before), dump(after));
}

ValueId batchnorm(Builder& b, ValueId x) {
  const std::int64_t channels = b.graph.values[x].shape[1];
  std::vector<float> variance(static_cast<std::size_t>(channels), 0.5F);
  variance[0] = 4;
  return b.node("batchnormalize", BatchNormAttributes{},
                {x, b.random_constant("gamma", {channels}), b.random_constant("beta", {channels}),
                 b.random_constant("mean", {channels}), b.constant("variance", {channels}, variance)});
}

TEST(RemoveNoops, BetweenLayersAndBeforeAnOutput) {
  Builder b;
  ValueId x = b.node("noop", {}, {b.input({1, 2, 4, 4})});
  x = b.node("noop", {}, {b.relu(b.node("noop", {}, {x}))});
  check_pass("remove_noops", "remove_noops", b.finish({x}));
}

TEST(RemoveNoops, LeavesWhatMustExistTwice) {
  Builder b;  // the output is the input under another name
  check_left_alone("remove_noops", b.finish({b.node("noop", {}, {b.input({1, 2, 4, 4})})}));
  Builder c;  // both are outputs
  const ValueId x = c.relu(c.input({1, 2, 4, 4}));
  check_left_alone("remove_noops", c.finish({x, c.node("noop", {}, {x})}));
}

TEST(RemoveNoops, LeavesARequantization) {
  Builder b;
  const ValueId x = b.relu(b.input({1, 2, 4, 4}));
  Graph graph = test::quantized(b.finish({b.relu(b.node("noop", {}, {x}))}));
  graph.values[graph.find_value("noop_out")].quantization.scale[0] *= 2;
  check_left_alone("remove_noops", graph);
}

TEST(MergeReshapes, ChainsAndThoseThatChangeNothing) {
  Builder b;
  ValueId x = b.reshape(b.input({1, 2, 3, 4}), {1, 6, 4});
  x = b.reshape(b.reshape(x, {1, 24}), {1, 24});
  const ValueId same = b.relu(b.reshape(b.relu(x), {1, 24}));
  check_pass("merge_reshapes", "merge_reshapes", b.finish({same}));
}

TEST(FoldConstants, ChainsOfThem) {
  Builder b;
  const ValueId sum =
      b.node("add", {}, {b.random_constant("a", {1, 2, 1, 1}), b.random_constant("b", {1, 1, 1, 3})});
  const ValueId x = b.node("add", {}, {b.input({1, 2, 3, 3}), b.relu(sum)});
  check_pass("fold_constants", "fold_constants", b.finish({x}));
}

TEST(FoldBias, IntoConvolutionAndFullconnect) {
  Builder b;
  ValueId x = b.convolution(b.input({1, 2, 6, 6}), {3, 3, 1, 0, 1, false});
  x = b.node("add", {}, {b.random_constant("shift", {3, 1, 1}), x});
  x = b.convolution(x, {2, 3});
  x = b.flatten(b.node("add", {}, {x, b.random_constant("shift", {1, 2, 1, 1})}));
  x = b.node("add", {}, {b.fullconnect(x, 4), b.random_constant("shift", {4})});
  check_pass("fold_bias", "fold_bias", b.finish({x}));
}

TEST(FoldBias, LeavesOtherBroadcasts) {
  Builder b;  // along x, not along the channels
  ValueId x = b.convolution(b.input({1, 2, 6, 6}), {4, 3});
  check_left_alone("fold_bias", b.finish({b.node("add", {}, {x, b.random_constant("row", {4})})}));
  Builder c;  // somebody else reads the convolution too
  x = c.convolution(c.input({1, 2, 6, 6}), {4, 3});
  check_left_alone("fold_bias",
                   c.finish({c.node("add", {}, {x, c.random_constant("shift", {4, 1, 1})}), c.relu(x)}));
}

TEST(FoldBias, LeavesAConvolutionThatIsAnOutput) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 2, 6, 6}), {4, 3});
  check_left_alone("fold_bias", b.finish({b.node("add", {}, {x, b.random_constant("shift", {4, 1, 1})}), x}));
}

TEST(FoldBatchnorm, IntoConvolutionDepthwiseAndFullconnect) {
  Builder b;
  ValueId x = batchnorm(b, b.convolution(b.input({1, 2, 6, 6}), {3, 3, 1, 0, 1, false}));
  x = batchnorm(b, b.convolution(x, {3, 3, 1, 1, 3}));
  x = batchnorm(b, b.fullconnect(b.flatten(x), 4));
  check_pass("fold_batchnorm", "fold_batchnorm", b.finish({x}));
}

TEST(FoldBatchnorm, BecomesADepthwiseConvolutionWithoutOneBefore) {
  Builder b;
  check_pass("fold_batchnorm", "fold_batchnorm_alone",
             b.finish({batchnorm(b, b.relu(b.input({1, 3, 4, 4})))}));
}

TEST(FoldBatchnorm, ScalesByHand) {
  // w = 3, b = 5, gamma = 2, beta = 7, mean = 1, variance = 4 - eps: y = (3x + 5 - 1) * 2/2 + 7 = 3x + 11.
  Builder b;
  ConvolutionAttributes convolution;
  ValueId x = b.node("convolution", convolution,
                     {b.input({1, 1, 2, 2}), b.constant("w", {1, 1, 1, 1}, {3}), b.constant("b", {1}, {5})});
  x = b.node("batchnormalize", BatchNormAttributes{0},
             {x, b.constant("g", {1}, {2}), b.constant("be", {1}, {7}), b.constant("m", {1}, {1}),
              b.constant("v", {1}, {4})});
  Graph graph = b.finish({x});
  simplify(graph);
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(*graph.values[graph.nodes[0].inputs[1]].constant->data<float>(), 3.0F);
  EXPECT_EQ(*graph.values[graph.nodes[0].inputs[2]].constant->data<float>(), 11.0F);
}

TEST(FoldBatchnorm, LeavesQuantizedNetworks) {
  Builder b;
  Graph graph = b.finish({batchnorm(b, b.convolution(b.input({1, 2, 6, 6}), {3, 3}))});
  for (Value& value : graph.values) {
    value.quantization.scheme = Quantization::Scheme::affine;
    value.quantization.dtype = DataType::uint8;
    value.quantization.scale = {1};
    value.quantization.zero_point = {0};
  }
  check_left_alone("fold_batchnorm", graph);
}

TEST(MergeActivations, ImpliedClamps) {
  Builder b;
  ValueId x = b.relu(b.relu(b.input({1, 2, 4, 4})));
  x = b.node("relun", ClipAttributes{0, 0.25F}, {x});
  check_pass("merge_activations", "merge_activations", b.finish({b.relu(x)}));
}

TEST(MergeActivations, LeavesAClampThatLetsNegativeNumbersPass) {
  Builder b;
  const ValueId x = b.node("relun", ClipAttributes{-1, 1}, {b.relu(b.input({1, 2, 4, 4}))});
  check_left_alone("merge_activations", b.finish({b.relu(x)}));
}

PadAttributes around(std::int64_t top, std::int64_t left, std::int64_t bottom, std::int64_t right,
                     double value = 0) {
  return {PadAttributes::Mode::constant, {0, 0, top, left}, {0, 0, bottom, right}, value};
}

// A convolution with a pad of its own, a maximum that minus infinity cannot win, an average that counts
// zeros.
TEST(FoldPads, IntoConvolutionsAndPools) {
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  using Type = PoolingAttributes::Type;
  Builder b;
  ValueId x = b.input({1, 2, 6, 6});
  x = b.convolution(b.node("pad", around(0, 1, 1, 0), {x}), {3, 3, 1, 1});
  x = b.pooling(b.node("pad", around(1, 0, 0, 1, kLowest), {x}), Type::max, 2, 2);
  x = b.pooling(b.node("pad", around(1, 1, 1, 1), {x}), Type::avg, 3, 2);
  check_pass("fold_pads", "fold_pads", b.finish({x}));
}

TEST(FoldPads, LeavesWhatWindowsCannotSay) {
  using Type = PoolingAttributes::Type;
  const auto left_alone = [](const PadAttributes& pad, Type type, int own_pad, bool ceil) {
    Builder b;
    PoolingAttributes a;
    a.type = type;
    a.ceil_mode = ceil;
    a.window.kernel_h = a.window.kernel_w = 2;
    a.window.stride_h = a.window.stride_w = 2;
    a.window.pad_top = own_pad;
    const ValueId padded = b.node("pad", pad, {b.input({1, 2, 6, 6})});
    check_left_alone("fold_pads", b.finish({b.node("pooling", a, {padded})}));
  };
  left_alone(around(1, 0, 0, 0), Type::max, 0, false);     // zero may win over negative numbers
  left_alone(around(1, 0, 0, 0, 1), Type::avg, 0, false);  // ones count
  left_alone(around(1, 0, 0, 0), Type::avg, 1, false);     // its own pads do not count, the others do
  left_alone(around(1, 0, 0, 0), Type::avg, 0, true);      // where the map ends decides the size
  left_alone(around(2, 0, 0, 0), Type::avg, 0, false);     // a window of pads alone
  left_alone({PadAttributes::Mode::edge, {0, 0, 1, 0}, {0, 0, 0, 0}, 0}, Type::avg, 0, false);
  left_alone({PadAttributes::Mode::constant, {0, 1, 0, 0}, {0, 0, 0, 0}, 0}, Type::avg, 0, false);
  Builder b;
  const ValueId ones = b.node("pad", around(1, 1, 1, 1, 1), {b.input({1, 2, 6, 6})});
  check_left_alone("fold_pads", b.finish({b.convolution(ones, {})}));
}

// Codes: the convolution pads with the zero point, the pool with the least code, here 0; no bit changes.
TEST(FoldPads, OnCodes) {
  Builder b;
  ValueId x = b.relu(b.input({1, 2, 6, 6}));
  x = b.relu(b.convolution(b.node("pad", around(1, 1, 1, 1), {x}), {}));
  x = b.max_pool(b.node("pad", around(1, 0, 0, 1), {x}), 2, 2);
  const Graph before = test::quantized(b.finish({x}));
  Graph after = before;
  EXPECT_TRUE(run_pass("fold_pads", after));
  for (const Node& node : after.nodes) EXPECT_NE(node.op, "pad");
  ExecuteOptions options;
  options.quantized = true;
  const std::vector<Tensor> inputs = test::random_inputs(before, 5);
  EXPECT_EQ(execute(before, inputs, options).at(0).bytes, execute(after, inputs, options).at(0).bytes);
}

ConvolutionAttributes line(std::int64_t rows, std::int64_t columns, std::int64_t stride = 1) {
  ConvolutionAttributes a;
  a.window.kernel_h = rows, a.window.kernel_w = columns;
  a.window.pad_top = a.window.pad_bottom = rows / 2;
  a.window.pad_left = a.window.pad_right = columns / 2;
  a.window.stride_h = a.window.stride_w = stride;
  return a;
}

// With and without a bias, at stride 2 on an even map.
TEST(MergeBranches, ARowAndAColumn) {
  Builder b;
  const ValueId x = b.input({1, 2, 6, 6});
  const ValueId row = b.node("convolution", line(1, 3, 2), {x, b.random_constant("row", {3, 2, 1, 3})});
  const ValueId column =
      b.node("convolution", line(5, 1, 2),
             {x, b.random_constant("column", {3, 2, 5, 1}), b.random_constant("bias", {3})});
  Builder c;
  const ValueId y = c.input({1, 2, 6, 6});
  const ValueId wide = c.node("convolution", line(1, 3, 2), {y, c.random_constant("row", {3, 2, 1, 3})});
  const ValueId high = c.node("convolution", line(3, 1, 2),
                              {y, c.random_constant("column", {3, 2, 3, 1}), c.random_constant("bias", {3})});
  check_left_alone("merge_branches", b.finish({b.node("add", {}, {row, column})}));  // not of one length
  check_pass("merge_branches", "merge_branches", c.finish({c.node("add", {}, {wide, high})}));
}

TEST(MergeBranches, LeavesBranchesThatOthersRead) {
  Builder b;
  const ValueId x = b.input({1, 2, 6, 6});
  const ValueId row = b.node("convolution", line(1, 3), {x, b.random_constant("row", {3, 2, 1, 3})});
  const ValueId column = b.node("convolution", line(3, 1), {x, b.random_constant("column", {3, 2, 3, 1})});
  check_left_alone("merge_branches", b.finish({b.node("add", {}, {row, column}), row}));
}

// Float networks with everything simplify works on, in any order.
Graph random_float_network(std::uint64_t seed) {
  test::Random random(seed);
  Builder b(seed);
  ValueId x = b.input({1, 3, 8, 8});
  for (int i = 0; i < 12; ++i) {
    const std::int64_t channels = b.graph.values[x].shape[1];
    switch (random.below(9)) {
      case 7:
        x = b.convolution(b.node("pad", around(1, 0, 0, 1), {x}), {3, 2});
        break;
      case 0:
        x = b.node("noop", {}, {x});
        break;
      case 1:
        x = b.relu(x);
        break;
      case 2:
        x = batchnorm(b, x);
        break;
      case 3:
        x = b.node("add", {}, {x, b.random_constant("shift", {channels, 1, 1})});
        break;
      case 4:
        x = b.node("relun", ClipAttributes{0, 2}, {x});
        break;
      case 5:
        x = b.reshape(b.reshape(x, {1, channels * 64}), {1, channels, 8, 8});
        break;
      case 6:
        x = b.node("add", {}, {x, b.relu(b.random_constant("shift", {1, channels, 1, 1}))});
        break;
      default:
        x = b.convolution(x, {1 + random.below(4), 3, 1, 1, 1, random.below(2) != 0});
        break;
    }
  }
  return b.finish({b.relu(x)});
}

TEST(Simplify, KeepsTheMeaningAndIsIdempotent) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Graph before = random_float_network(seed);
    Graph once = before;
    simplify(once);
    Graph twice = once;
    int calls = 0;
    simplify(twice, [&](const std::string&, const Graph&) { ++calls; });
    ASSERT_EQ(dump(once), dump(twice)) << "seed " << seed;
    ASSERT_EQ(calls, static_cast<int>(simplify_passes().size()));
    expect_same_results(before, once);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(Simplify, LeavesTheBitsOfQuantizedNetworks) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Graph before = test::quantized(test::random_network(seed, true));
    Graph after = before;
    simplify(after);
    unify_quantization(after);  // as compile() does; shape inference forgets that softmax ends in float16
    ExecuteOptions options;
    options.quantized = true;
    const std::vector<Tensor> inputs = test::random_inputs(before, seed);
    const auto expected = execute(before, inputs, options), actual = execute(after, inputs, options);
    for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(expected[i].bytes, actual[i].bytes) << "seed " << seed;
  }
}

}  // namespace
}  // namespace trireme
