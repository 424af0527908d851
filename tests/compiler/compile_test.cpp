// SPDX-License-Identifier: Apache-2.0
#include "compiler/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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

// The engine of each layer, in order.
std::vector<std::string> engines_of(const Graph& graph) {
  CompileOptions options;
  options.fuse = false;
  std::vector<std::string> engines;
  for (const LayerSymbol& layer : compile(graph, test::test_chip(), options).layers)
    engines.push_back(layer.engine);
  engines.erase(engines.begin());  // the input
  return engines;
}

TEST(Compile, RealNumbersRunOnThePpu) {
  Builder b;
  const ValueId x = b.input({1, 4, 8, 8});
  EXPECT_EQ(engines_of(b.finish({b.relu(b.convolution(x, {4, 3}))})), (std::vector<std::string>{"SH", "SH"}));
}

// Only a softmax at the end leaves float16: what is computed with has codes, which engines multiply.
TEST(Compile, WhatFollowsSoftmaxReadsCodes) {
  Builder b;
  const ValueId x = b.input({1, 4, 1, 1});
  const ValueId flat = b.reshape(b.softmax(x, 1), {1, 4});
  EXPECT_EQ(engines_of(test::quantized(b.finish({b.fullconnect(flat, 3, "scores")}))),
            (std::vector<std::string>{"SH", "--", "TP"}));
}

TEST(Compile, EveryImageOfABatchIsAJob) {
  Builder b;
  const ValueId x = b.input({3, 1, 8, 8});
  CompileOptions options;
  const NetworkBinary binary =
      compile(test::quantized(b.finish({b.convolution(x, {})})), test::test_chip(), options);
  EXPECT_EQ(binary.jobs.size(), 3U);
}

TEST(Compile, WhereTheArrayCannotTheReasonSaysWhy) {
  Builder b;
  const ValueId x = b.input({1, 4, 40, 40});
  const ValueId dilated = b.convolution(x, {4, 3}, "dilated");
  std::any_cast<ConvolutionAttributes&>(b.graph.nodes.back().attributes).window.dilation_h = 2;
  infer_shapes(b.graph);
  const ValueId large = b.convolution(x, {4, 16}, "large");
  const ValueId grouped = b.convolution(x, {4, 3, 1, 0, 2}, "grouped");
  const ValueId sum = b.node("add", {}, {x, x}, "sum");
  CompileOptions options;
  const NetworkBinary binary =
      compile(test::quantized(b.finish({dilated, large, grouped, sum})), test::test_chip(), options);
  const auto layer = [&](const std::string& name) {
    return *std::find_if(binary.layers.begin(), binary.layers.end(),
                         [&](const LayerSymbol& symbol) { return symbol.name == name; });
  };
  EXPECT_EQ(layer("dilated").engine, "NN");
  EXPECT_EQ(layer("grouped").engine, "NN");
  EXPECT_EQ(layer("sum").engine, "NN");
  // What is too large for the array is a program of sums in integers, and says so.
  EXPECT_EQ(layer("large").engine, "SH");
  EXPECT_THAT(layer("large").reason, HasSubstr("kernel 16x16 (at most 15x15"));
}

std::string engine_of_dense_layer(const Chip& chip, std::int64_t outputs) {
  test::Builder b;
  const ValueId x = b.flatten(b.input({1, 11, 10, 10}));
  CompileOptions options;
  const NetworkBinary binary =
      compile(test::quantized(b.finish({b.fullconnect(x, outputs, "fc")})), chip, options);
  for (const LayerSymbol& symbol : binary.layers) {
    if (symbol.name == "fc") return symbol.engine;
  }
  return "none";
}

// 1,100 inputs: 990,000 weights stay on the TP; of 4,400,000 the array's two cores decode 8 a cycle, the TP
// takes one. So it does of 990,000: one fewer of tp_dense_weights, and they go by cost as well.
TEST(Compile, LargeDenseLayersRunWhereTheirWeightsAreSooner) {
  Chip chip = test::test_chip();
  EXPECT_EQ(engine_of_dense_layer(chip, 900), "TP");
  EXPECT_EQ(engine_of_dense_layer(chip, 4000), "NN");
  chip.compiler.tp_dense_weights = 990'000;
  EXPECT_EQ(engine_of_dense_layer(chip, 900), "TP");
  chip.compiler.tp_dense_weights = 989'999;
  EXPECT_EQ(engine_of_dense_layer(chip, 900), "NN");
}

// V853's memory gives 9 bytes a cycle: a TP that could take 16 has 4,400,000 in 488,889 cycles and 1,075
// latencies, one each 4 KiB; three cores of the array that decode 2 each, in 733,333 and few latencies. At 45
// cycles a latency the TP has them in 537,264; at 358 (1 us), in 873,739. Launches are 10,000 and less.
TEST(Compile, LargeDenseLayersWaitForLatencyWhereTheyAreReadInSmallPieces) {
  Chip chip = test::test_chip();
  chip.tp.coded_bytes_per_cycle_per_core = 16;
  chip.nne.decoder_weights_per_cycle = 2;
  chip.nne.coefficient_buffer_bytes = 65536;
  chip.dram.queue_bursts = 64;
  EXPECT_EQ(engine_of_dense_layer(chip, 4000), "TP");
  chip.dram.path_latency_ps = 1'000'000;
  EXPECT_EQ(engine_of_dense_layer(chip, 4000), "NN");
}

TEST(Compile, LargeDenseLayersRunOnTheArrayWithoutATp) {
  Chip chip = test::test_chip();
  chip.tp.cores = 0;
  EXPECT_EQ(engine_of_dense_layer(chip, 4000), "NN");
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
