// SPDX-License-Identifier: Apache-2.0
#include "compiler/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/operators.h"
#include "tests/compiler/networks.h"

namespace trireme {
namespace {

using test::Builder;
using ::testing::HasSubstr;
using ::testing::Not;

std::string ir_after(const std::string& pass, const Graph& graph) {
  CompileOptions options;
  options.dump_ir_pass = pass;
  compile(graph, test::test_chip(), options);
  return options.ir;
}

// What compile() complains about, one line a problem.
std::string problems_of(const Graph& graph, const Chip& chip = test::test_chip()) {
  CompileOptions options;
  try {
    compile(graph, chip, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Compile, EveryPassOfLenetHasItsText) {
  const Graph graph = test::quantized(test::lenet_like());
  for (const char* pass : {"place", "fuse", "tile", "memory"}) {
    test::expect_golden(std::string("lenet_") + pass, ir_after(pass, graph));
  }
}

TEST(Compile, NamesOfPassesAreKnownAndOthersRefused) {
  const Graph graph = test::quantized(test::lenet_like());
  for (const std::string& pass : compile_pass_names()) EXPECT_FALSE(ir_after(pass, graph).empty()) << pass;
  EXPECT_THROW(ir_after("plaec", graph), Error);
}

TEST(Compile, SaysWhichLayerIsNotQuantized) {
  EXPECT_THAT(problems_of(test::lenet_like()),
              HasSubstr("it is not quantized (run `trireme quantize` first)"));
  Graph graph = test::quantized(test::lenet_like());
  graph.values[graph.find_value("fc1_out")].quantization = {};
  graph.values[graph.find_value("relu_2_out")].quantization = {};
  EXPECT_THAT(problems_of(graph), HasSubstr("value 'fc1_out' has no quantization parameters"));
}

TEST(Compile, WhatFollowsSoftmaxIsNamedWithIt) {
  Builder b;
  const ValueId x = b.input({1, 4, 1, 1});
  const ValueId prob = b.softmax(x, 1);
  const ValueId flat = b.reshape(prob, {1, 4});
  const ValueId scores = b.fullconnect(flat, 3, "scores");
  const std::string text = problems_of(test::quantized(b.finish({scores})));
  EXPECT_THAT(text, HasSubstr("node 'scores' (fullconnect): reads the output of softmax 'softmax', which is "
                              "float16 (only a network output, or a reshape before it, may follow softmax"));
  EXPECT_THAT(text, Not(HasSubstr("quantization parameters")));
  EXPECT_EQ(problems_of(test::quantized(b.finish({flat}))), "");
}

TEST(Compile, AnotherBatchIsOneProblem) {
  Builder b;
  const ValueId x = b.input({2, 1, 8, 8});
  const ValueId first = b.convolution(x, {4, 3}, "first");
  const ValueId second = b.convolution(b.relu(first), {4, 3}, "second");
  EXPECT_EQ(problems_of(test::quantized(b.finish({second}))),
            "input 'data': it has shape [2,1,8,8], a batch of 2 (this version compiles batch 1 only)");
}

TEST(Compile, ListsTheOperatorsItPlacesOnce) {
  Builder b;
  const ValueId x = b.input({1, 4, 8, 8});
  const ValueId sum = b.node("add", {}, {x, x}, "sum");
  const ValueId product = b.node("multiply", {}, {sum, x}, "product");
  const std::string text = problems_of(test::quantized(b.finish({product})));
  EXPECT_LT(text.find("node 'product'"), text.find("these are placed: "));
  EXPECT_EQ(text.find("these are placed: "), text.rfind("these are placed: "));
}

TEST(Compile, ReportsAllProblemsOfANetworkAtOnce) {
  Builder b;
  const ValueId x = b.input({1, 4, 40, 40});
  const ValueId dilated = b.convolution(x, {4, 3}, "dilated");
  std::any_cast<ConvolutionAttributes&>(b.graph.nodes.back().attributes).window.dilation_h = 2;
  infer_shapes(b.graph);
  const ValueId large = b.convolution(x, {4, 16}, "large");
  const ValueId grouped = b.convolution(x, {4, 3, 1, 0, 2}, "grouped");
  const ValueId sum = b.node("add", {}, {x, x}, "sum");
  const ValueId rows = b.softmax(x, 2);
  Graph graph = b.finish({dilated, large, grouped, sum, rows});
  for (Value& value : graph.values) {
    value.quantization.scheme = Quantization::Scheme::affine;
    value.quantization.dtype = DataType::uint8;
    value.quantization.scale = {0.01F};
    value.quantization.zero_point = {128};
  }
  const std::string text = problems_of(graph);
  EXPECT_THAT(text, HasSubstr("node 'dilated' (convolution): dilation 2x1"));
  EXPECT_THAT(text, HasSubstr("node 'large' (convolution): kernel 16x16 (at most 15x15 on this chip)"));
  EXPECT_THAT(text, HasSubstr("node 'grouped' (convolution): 2 groups of 4 input and 4 output channels"));
  EXPECT_THAT(text, HasSubstr("node 'sum' (add): no engine runs operator 'add' in this version"));
  EXPECT_THAT(text, HasSubstr("node 'softmax' (softmax): softmax over axis 2 of shape [1,4,40,40]"));
}

TEST(Compile, RefusesBatches) {
  Builder b;
  const ValueId x = b.input({2, 1, 8, 8});
  EXPECT_THAT(problems_of(test::quantized(b.finish({b.convolution(x, {})}))),
              HasSubstr("this version compiles batch 1 only"));
}

TEST(Compile, SaysWhichMemoryIsFull) {
  Chip chip = test::test_chip();
  chip.dram.bytes = 0x00100000 + 50000;  // below 1 MiB nothing is placed
  const std::string text = problems_of(test::quantized(test::lenet_like()), chip);
  EXPECT_THAT(text, HasSubstr("no room in DRAM for the"));
  EXPECT_THAT(text, HasSubstr("'fc1 coefficients'"));
}

TEST(Compile, IsTheSameForASimplifiedNetwork) {
  Graph graph = test::quantized(test::lenet_like());
  CompileOptions options;
  const NetworkBinary once = compile(graph, test::test_chip(), options);
  simplify(graph);
  const NetworkBinary twice = compile(graph, test::test_chip(), options);
  EXPECT_EQ(once.model_hash, twice.model_hash);
  ASSERT_EQ(once.jobs.size(), twice.jobs.size());
  for (std::size_t i = 0; i < once.jobs.size(); ++i) EXPECT_EQ(encode(once.jobs[i]), encode(twice.jobs[i]));
}

TEST(Compile, HashFollowsEveryWeight) {
  Graph graph = test::quantized(test::lenet_like());
  CompileOptions options;
  const std::string before = compile(graph, test::test_chip(), options).model_hash;
  for (Value& value : graph.values) {
    if (value.constant == nullptr) continue;
    Tensor changed = *value.constant;
    changed.bytes[0] ^= 1;
    value.constant = std::make_shared<const Tensor>(changed);
    break;
  }
  EXPECT_NE(compile(graph, test::test_chip(), options).model_hash, before);
}

}  // namespace
}  // namespace trireme
