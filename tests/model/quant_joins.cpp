// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/joins.h"

#include <gtest/gtest.h>

#include "model/quantize/calibrate.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::u8;

// x -> abs, x -> neg -> slice; both joined with softmax(x) on axis 1.
Chain joined_network() {
  Chain chain({1, 2});
  const ValueId x = chain.last;
  chain.add("abs", "abs", {});
  const ValueId abs = chain.last;
  chain.last = x;
  chain.add("neg", "neg", {});
  chain.add("part", "slice", SliceAttributes{{0, 1}, {1, 1}, {1, 1}});
  chain.add("joined", "concat", ConcatAttributes{1}, {abs});
  return chain;
}

// {1, 3}: abs 0 … 3; neg -3 … 0, its part -3. One range for the three and what joins them: -3 … 3. The input,
// 0 … 3, has its own.
TEST(Joins, OneRangeForWhatAConcatJoins) {
  Chain chain = joined_network();
  bool given = false;
  quantize_graph(chain.graph, {}, [&](std::vector<Tensor>& inputs) {
    inputs = {Tensor::of<float>({1, 2}, {1, 3})};
    return !std::exchange(given, true);
  });
  for (const char* name : {"abs:out", "neg:out", "part:out", "joined:out"})
    EXPECT_TRUE(same_parameters(chain.value(name).quantization, u8(6.0F / 255, 128))) << name;
  EXPECT_TRUE(same_parameters(chain.value("input").quantization, u8(3.0F / 255, 0)));
}

TEST(Joins, DefaultScalesJoinTheSameValues) {
  Chain chain = joined_network();
  quantize_by_default(chain.graph);
  const Quantization& joined = chain.value("joined:out").quantization;
  for (const char* name : {"abs:out", "neg:out", "part:out"})
    EXPECT_TRUE(same_parameters(chain.value(name).quantization, joined)) << name;
  EXPECT_FALSE(same_parameters(chain.value("input").quantization, joined));
}

// What ends in float16 has no range to join, nor has what only moves it to an output.
TEST(Joins, SoftmaxAtTheEndKeepsOut) {
  Chain chain({1, 2});
  chain.add("prob", "softmax", SoftmaxAttributes{1}).add("flat", "reshape", ReshapeAttributes{{1, 2}});
  const std::vector<ValueId> first = joined_values(chain.graph);
  const auto set_of = [&](const char* name) { return first[chain.graph.find_value(name)]; };
  EXPECT_EQ(set_of("prob:out"), chain.graph.find_value("prob:out"));
  EXPECT_EQ(set_of("flat:out"), chain.graph.find_value("flat:out"));
}

// A softmax that is computed with has codes, which a concat joins as any other's.
TEST(Joins, SoftmaxInsideJoins) {
  Chain chain({1, 2});
  const ValueId x = chain.last;
  chain.add("prob", "softmax", SoftmaxAttributes{1}).add("flat", "reshape", ReshapeAttributes{{1, 2}});
  const ValueId flat = chain.last;
  chain.last = x;
  chain.add("neg", "neg", {}).add("joined", "concat", ConcatAttributes{1}, {flat});
  const std::vector<ValueId> first = joined_values(chain.graph);
  const auto set_of = [&](const char* name) { return first[chain.graph.find_value(name)]; };
  EXPECT_EQ(set_of("neg:out"), set_of("joined:out"));
  EXPECT_EQ(set_of("flat:out"), set_of("joined:out"));
  EXPECT_EQ(set_of("prob:out"), set_of("joined:out"));
}

// A concat of a concat is one range; a sum of its result is not.
TEST(Joins, JoinsFollowEachOther) {
  Chain chain({1, 2});
  const ValueId x = chain.last;
  chain.add("abs", "abs", {}).add("inner", "concat", ConcatAttributes{1}, {x});
  const ValueId inner = chain.last;
  chain.add("neg", "neg", {}).add("outer", "concat", ConcatAttributes{1}, {inner});
  chain.add("sum", "add", {}, {chain.last});
  const std::vector<ValueId> first = joined_values(chain.graph);
  for (const char* name : {"input", "abs:out", "inner:out", "neg:out", "outer:out"})
    EXPECT_EQ(first[chain.graph.find_value(name)], x) << name;
  EXPECT_NE(first[chain.graph.find_value("sum:out")], x);
}

}  // namespace
}  // namespace trireme
