// SPDX-License-Identifier: Apache-2.0
// Concat, split and slice as parts of one buffer: no job where that is possible, a copy by the TP where it is
// not, and the reference's codes in any case.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "compiler/compile.h"
#include "model/graph/operators.h"
#include "model/quantize/calibrate.h"
#include "model/reference/execute.h"
#include "sim/simulate.h"
#include "tests/compiler/networks.h"
#include "tests/compiler/reference_run.h"

namespace trireme {
namespace {

using test::Builder;

ValueId concat(Builder& b, const std::vector<ValueId>& inputs, std::int64_t axis = 1) {
  return b.node("concat", ConcatAttributes{axis}, inputs);
}

// Two halves along the channels.
std::vector<ValueId> halves(Builder& b, ValueId x) {
  const std::int64_t half = b.graph.values[x].shape[1] / 2;
  Node split;
  split.name = b.graph.unique_name("split");
  split.op = "split";
  split.attributes = SplitAttributes{1, {half, half}};
  split.inputs = {x};
  for (const char* name : {"first", "second"}) {
    Value part;
    part.name = b.graph.unique_name(name);
    split.outputs.push_back(b.graph.add_value(std::move(part)));
  }
  b.graph.add_node(split);
  infer_shapes(b.graph);
  return split.outputs;
}

// All activations in one range, so that nothing has to be converted.
Graph alike(Graph graph) {
  Graph result = test::quantized(std::move(graph));
  for (Value& value : result.values) {
    const Quantization& q = value.quantization;
    if (value.constant == nullptr && q.quantized())
      value.quantization = result.values[result.inputs[0]].quantization;
  }
  unify_quantization(result);
  return result;
}

NetworkBinary compiled(const Graph& graph) {
  CompileOptions options;
  return compile(graph, test::test_chip(), options);
}

std::size_t copies(const NetworkBinary& binary) {
  return static_cast<std::size_t>(std::count_if(binary.jobs.begin(), binary.jobs.end(), [](const Job& job) {
    const auto* tp = std::get_if<TpJob>(&job);
    return tp != nullptr && is(*tp, TpOperation::reshuffle);
  }));
}

void expect_copies(Builder& b, const std::vector<ValueId>& outputs, std::size_t expected,
                   const Chip& chip = test::test_chip()) {
  const Graph graph = alike(b.finish(outputs));
  CompileOptions options;
  const NetworkBinary binary = compile(graph, chip, options);
  EXPECT_EQ(copies(binary), expected);
  test::expect_reference(graph, binary, chip);
  // Without fusing every value has its own place.
  CompileOptions apart;
  apart.fuse = false;
  test::expect_reference(graph, compile(graph, test::test_chip(), apart), test::test_chip());
}

TEST(ShareBuffers, InputsOfAConcatAreWrittenWhereTheyBelong) {
  Builder b;
  const ValueId x = b.input({1, 3, 6, 6});
  const ValueId left = b.convolution(x, {4, 3, 1, 1}), right = b.convolution(x, {5, 1});
  // `left` has a second reader, which reads it as a part.
  const ValueId seen = b.convolution(left, {2, 1});
  const ValueId joined = concat(b, {left, right, seen});
  expect_copies(b, {b.convolution(joined, {3, 1})}, 0);
}

TEST(ShareBuffers, PartsLieBehindEachOther) {
  Builder b;
  const ValueId x = b.input({1, 3, 6, 6});
  const ValueId joined = concat(b, {b.convolution(x, {4, 1}), b.convolution(x, {5, 1})});
  const NetworkBinary binary = compiled(alike(b.finish({b.convolution(joined, {3, 1})})));
  ASSERT_EQ(binary.jobs.size(), 3U);
  const auto &first = std::get<NneJob>(binary.jobs[0]), &second = std::get<NneJob>(binary.jobs[1]);
  EXPECT_EQ(second.output.address, first.output.address + 4 * 36);
  EXPECT_EQ(std::get<NneJob>(binary.jobs[2]).input.address, first.output.address);
  const LayerSymbol& layer = binary.layers.at(3);
  EXPECT_EQ(layer.op, "concat");
  EXPECT_EQ(layer.engine, "--");
  EXPECT_EQ(layer.outputs.at(0).after_job, 1);
}

TEST(ShareBuffers, ConcatsOfConcatsAreOneBuffer) {
  Builder b;
  ValueId x = b.convolution(b.input({1, 3, 6, 6}), {4, 1});
  for (int i = 0; i < 3; ++i) x = concat(b, {x, b.convolution(x, {4, 1})});  // as a dense block grows
  expect_copies(b, {b.convolution(x, {3, 1})}, 0);
}

// Half of the first convolution goes through another one; all of them are joined (YOLOv8's C2f).
TEST(ShareBuffers, HalvesStayWhereTheirWholeIs) {
  Builder b;
  const std::vector<ValueId> parts = halves(b, b.convolution(b.input({1, 3, 6, 6}), {8, 1}));
  const ValueId more = b.convolution(parts[1], {4, 3, 1, 1});
  Chip chip = test::test_chip();
  chip.compiler.split_into_concat = true;
  expect_copies(b, {b.convolution(concat(b, {parts[0], parts[1], more}), {3, 1})}, 0, chip);
}

// As the vendor's compilers seem to have it: the whole lies alone, and a concat of its halves copies whatever
// it joins. Where no half but the whole is joined, or each goes its own way, there is nothing to copy.
TEST(ShareBuffers, HalvesAreCopiedIntoAConcatIfTheChipHasItSo) {
  Chip chip = test::test_chip();
  chip.compiler.split_into_concat = false;
  Builder b;
  const std::vector<ValueId> parts = halves(b, b.convolution(b.input({1, 3, 6, 6}), {8, 1}));
  const ValueId more = b.convolution(parts[1], {4, 3, 1, 1});
  expect_copies(b, {b.convolution(concat(b, {parts[0], parts[1], more}), {3, 1})}, 3, chip);
  Builder whole;
  const ValueId both = whole.convolution(whole.input({1, 3, 6, 6}), {8, 1});
  const ValueId half = whole.convolution(halves(whole, both)[1], {4, 1});
  expect_copies(whole, {whole.convolution(concat(whole, {both, half}), {3, 1})}, 0, chip);
  Builder apart;
  const std::vector<ValueId> cut = halves(apart, apart.convolution(apart.input({1, 3, 6, 6}), {8, 1}));
  const ValueId left = apart.convolution(cut[0], {4, 1}), right = apart.convolution(cut[1], {4, 1});
  expect_copies(apart, {apart.convolution(concat(apart, {left, right}), {3, 1})}, 0, chip);
}

// The other way round the halves would have to change places: one is where it must be, as the whole is.
TEST(ShareBuffers, HalvesThatChangePlacesAreCopied) {
  Builder b;
  const std::vector<ValueId> parts = halves(b, b.convolution(b.input({1, 3, 6, 6}), {8, 1}));
  expect_copies(b, {b.convolution(concat(b, {parts[1], parts[0]}), {3, 1})}, 2);
}

TEST(ShareBuffers, SlicesOfChannelsAreReadInPlace) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 3, 6, 6}), {8, 1});
  const ValueId part = b.node("slice", SliceAttributes{{0, 2, 0, 0}, {1, 4, 6, 6}, {1, 1, 1, 1}}, {x});
  const ValueId rows = b.node("slice", SliceAttributes{{0, 0, 2, 0}, {1, 8, 3, 6}, {1, 1, 1, 1}}, {x});
  expect_copies(b, {b.convolution(part, {3, 1}), b.convolution(rows, {3, 1})}, 1);
}

TEST(ShareBuffers, WhatCannotBeAPartIsCopied) {
  {
    Builder b;  // twice in one concat: one of the two places
    const ValueId y = b.convolution(b.input({1, 3, 6, 6}), {4, 1});
    expect_copies(b, {b.convolution(concat(b, {y, y}), {3, 1})}, 1);
  }
  {
    Builder b;  // in two concats
    const ValueId x = b.input({1, 3, 6, 6}), y = b.convolution(x, {4, 1}), z = b.convolution(x, {4, 1});
    expect_copies(b, {b.convolution(concat(b, {y, z}), {3, 1}), b.convolution(concat(b, {z, y}), {3, 1})}, 2);
  }
  {
    Builder b;  // the host's own buffers
    const ValueId x = b.input({1, 3, 6, 6}), y = b.convolution(x, {4, 1});
    expect_copies(b, {b.convolution(concat(b, {x, y}), {3, 1}), y}, 2);
  }
  {
    Builder b;  // a part of the input is the output, under another shape
    const ValueId x = b.input({1, 4, 6, 6});
    const ValueId part = b.node("slice", SliceAttributes{{0, 1, 0, 0}, {1, 2, 6, 6}, {1, 1, 1, 1}}, {x});
    expect_copies(b, {b.reshape(part, {1, 72})}, 1);
  }
  {
    Builder b;  // rows of several planes do not follow each other
    const ValueId x = b.input({1, 3, 6, 6});
    const ValueId joined = concat(b, {b.convolution(x, {4, 1}), b.convolution(x, {4, 1})}, 2);
    expect_copies(b, {b.convolution(joined, {3, 1})}, 2);
  }
}

// A concat's inputs may come from pools, sums and resizes, through reshapes; its output may be the network's.
TEST(ShareBuffers, WhateverMakesTheParts) {
  Builder b;
  const ValueId x = b.convolution(b.input({1, 3, 6, 6}), {4, 1});
  const ValueId pooled = b.pooling(x, PoolingAttributes::Type::max, 3, 1, 1);
  const ValueId sum = b.node("add", {}, {x, pooled});
  const ValueId flat = b.reshape(b.convolution(x, {2, 1}), {1, 2, 36});
  const ValueId rows = concat(b, {b.reshape(sum, {1, 4, 36}), b.reshape(pooled, {1, 4, 36}), flat});
  expect_copies(b, {rows}, 0);
}

}  // namespace
}  // namespace trireme
