// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/operators.h"
#include "model/graph/topology.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ValueId add_value(Graph& graph, const std::string& name) {
  Value value;
  value.name = name;
  value.shape = {1, 4};
  return graph.add_value(std::move(value));
}

NodeId add_relu(Graph& graph, const std::string& name, ValueId input, ValueId output) {
  Node node;
  node.name = name;
  node.op = "relu";
  node.inputs = {input};
  node.outputs = {output};
  return graph.add_node(std::move(node));
}

// x -> first -> a -> second -> y, with the node `second` listed first.
Graph chain_in_wrong_order() {
  Graph graph;
  const ValueId x = add_value(graph, "x");
  const ValueId a = add_value(graph, "a");
  const ValueId y = add_value(graph, "y");
  add_relu(graph, "second", a, y);
  add_relu(graph, "first", x, a);
  graph.inputs = {x};
  graph.outputs = {y};
  return graph;
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Topology, SmallestReadyItemFirst) {
  // 3 before 0; 1 and 2 are free: 1 is the smallest that is ready, then 2, then 3, then 0.
  const Topology result = topological_order({{3}, {}, {}, {}});
  EXPECT_THAT(result.order, ElementsAre(1, 2, 3, 0));
  EXPECT_TRUE(result.cycles.empty());
}

TEST(Topology, FindsEveryCycleAndNothingElse) {
  // 0 <-> 1 is a cycle, 2 hangs behind it; 3 -> 4 -> 5 -> 3 is another; 6 is free.
  const Topology result = topological_order({{1}, {0}, {1}, {5}, {3}, {4}, {}});
  EXPECT_THAT(result.order, ElementsAre(6));
  EXPECT_THAT(result.cycles, ElementsAre(ElementsAre(0, 1), ElementsAre(3, 4, 5)));
}

TEST(Topology, DeepGraphsNeedNoStack) {
  constexpr std::uint32_t kItems = 1'000'000;
  std::vector<std::vector<std::uint32_t>> predecessors(kItems);
  for (std::uint32_t i = 1; i < kItems; ++i) predecessors[i] = {i - 1};
  EXPECT_EQ(topological_order(predecessors).order.size(), kItems);
  predecessors[0] = {kItems - 1};
  EXPECT_EQ(topological_order(predecessors).cycles.at(0).size(), kItems);
}

TEST(Graph, SortingSetsOrderAndProducers) {
  Graph graph = chain_in_wrong_order();
  EXPECT_THAT(error_of([&] { verify(graph); }), HasSubstr("node 'second': input 'a' is not computed before"));
  sort_nodes(graph);
  EXPECT_THAT(node_names(graph), ElementsAre("first", "second"));
  EXPECT_EQ(graph.values[1].producer, 0U);
  EXPECT_EQ(graph.values[2].producer, 1U);
  verify(graph);
}

TEST(Graph, SortingNamesTheNodesOfACycle) {
  Graph graph = chain_in_wrong_order();
  graph.nodes[1].inputs = {2};  // first reads y
  EXPECT_THAT(error_of([&] { sort_nodes(graph); }), HasSubstr("'second' -> 'first' -> 'second'"));
}

TEST(Graph, CompactDropsWhatNoOutputNeeds) {
  Graph graph = chain_in_wrong_order();
  const ValueId side = add_value(graph, "side");
  add_relu(graph, "dead", 0, side);
  graph.add_constant("unused", Tensor(DataType::float32, {1000}));
  compact(graph);
  EXPECT_THAT(node_names(graph), ElementsAre("first", "second"));
  EXPECT_EQ(graph.values.size(), 3U);
  EXPECT_EQ(graph.find_value("side"), kNone);
  EXPECT_EQ(graph.values[graph.outputs[0]].name, "y");
  verify(graph);
}

TEST(Graph, CompactKeepsUnusedInputs) {
  Graph graph = chain_in_wrong_order();
  graph.inputs.push_back(add_value(graph, "ignored"));
  compact(graph);
  EXPECT_EQ(graph.inputs.size(), 2U);
  EXPECT_EQ(graph.values[graph.inputs[1]].name, "ignored");
}

TEST(Graph, ConsumersAndReplacement) {
  Graph graph = chain_in_wrong_order();
  EXPECT_THAT(consumers(graph, 1), ElementsAre(0U));
  replace_uses(graph, 1, 0);
  EXPECT_THAT(consumers(graph, 0), ElementsAre(0U, 1U));
  EXPECT_TRUE(consumers(graph, 1).empty());
  replace_uses(graph, 2, 0);
  EXPECT_THAT(graph.outputs, ElementsAre(0U));
}

TEST(Graph, NamesAreUniqueAmongValuesAndNodes) {
  Graph graph = chain_in_wrong_order();
  EXPECT_EQ(graph.unique_name("new"), "new");
  EXPECT_EQ(graph.unique_name("a"), "a_1");
  EXPECT_EQ(graph.unique_name("first"), "first_1");
  EXPECT_THROW(add_value(graph, "a"), std::logic_error);
  graph.rename_value(1, "b");
  EXPECT_EQ(graph.find_value("b"), 1U);
  EXPECT_EQ(graph.find_value("a"), kNone);
  EXPECT_THROW(graph.rename_value(1, "x"), std::logic_error);
}

TEST(Graph, VerifyFindsBrokenGraphs) {
  const auto message = [](auto damage) {
    Graph graph = chain_in_wrong_order();
    sort_nodes(graph);
    damage(graph);
    return error_of([&] { verify(graph); });
  };
  EXPECT_THAT(message([](Graph& g) { g.nodes[1].name = "first"; }),
              HasSubstr("node 'first': the name is used twice"));
  EXPECT_THAT(message([](Graph& g) { g.values[1].name = "x"; }),
              HasSubstr("value 'x': the name is used twice"));
  EXPECT_THAT(message([](Graph& g) { g.values[1].name = "z"; }), HasSubstr("value 'z': not in the index"));
  EXPECT_THAT(message([](Graph& g) { g.nodes[0].inputs[0] = 99; }), HasSubstr("input 99 does not exist"));
  EXPECT_THAT(message([](Graph& g) { g.nodes[0].op = "rellu"; }), HasSubstr("did you mean 'relu'?"));
  EXPECT_THAT(message([](Graph& g) { g.nodes[1].outputs[0] = 1; }),
              HasSubstr("output 'a' has another producer too"));
  EXPECT_THAT(message([](Graph& g) { g.values[2].producer = 0; }), HasSubstr("names another producer"));
  EXPECT_THAT(message([](Graph& g) { g.nodes[0].inputs.push_back(0); }), HasSubstr("relu has 2 inputs"));
  EXPECT_THAT(message([](Graph& g) { g.nodes.pop_back(); }), HasSubstr("output 'y': nothing computes it"));
  EXPECT_THAT(message([](Graph& g) { g.outputs[0] = 50; }), HasSubstr("names value 50 that does not exist"));
}

TEST(Graph, AttributesOfAnotherTypeAreAnInternalError) {
  Node node;
  node.attributes = 3;
  EXPECT_EQ(attributes<int>(node), 3);
  EXPECT_THROW(attributes<float>(node), std::logic_error);
}

}  // namespace
}  // namespace trireme
