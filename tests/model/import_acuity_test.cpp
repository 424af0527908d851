// SPDX-License-Identifier: Apache-2.0
// NAME.json + NAME.data: what is written comes back; layer ids; writing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "tests/model/operator_models.h"

namespace trireme {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void expect_equal_constants(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.values.size(), b.values.size());
  int constants = 0;
  for (const Value& value : a.values) {
    if (value.constant == nullptr) continue;
    ++constants;
    const Value& other = value_named(b, value.name);
    ASSERT_NE(other.constant, nullptr);
    EXPECT_EQ(value.constant->bytes, other.constant->bytes) << value.name;
    EXPECT_EQ(value.constant->dtype, other.constant->dtype);
  }
  EXPECT_GT(constants, 0);
}

void expect_round_trip(Graph graph) {
  TempFolder folder;
  assign_layer_ids(graph);
  save_acuity(graph, folder / "n.json", folder / "n.data");
  const Graph back = load_acuity(folder / "n.json", folder / "n.data");
  EXPECT_EQ(dump(back), dump(graph));
  EXPECT_EQ(back.source_format, graph.source_format);
  expect_equal_constants(graph, back);

  save_acuity(back, folder / "again.json", folder / "again.data");
  EXPECT_EQ(read_text(folder / "again.json"), read_text(folder / "n.json"));
  EXPECT_EQ(read_file(folder / "again.data"), read_file(folder / "n.data"));
  EXPECT_EQ(folder.names(), (std::set<std::string>{"n.json", "n.data", "again.json", "again.data"}));
}

TEST(Acuity, RoundTrip) {
  expect_round_trip(many_operators_model().import());
  expect_round_trip(data_operators_model().import());
}

TEST(Acuity, EveryOperatorIsALayer) {
  for (const std::string& op : operator_names()) EXPECT_NE(find_layer_format(op), nullptr) << op;
}

// A weight that is an input of the network is an input of the layer, and then so is the bias.
TEST(Acuity, ComputedWeights) {
  OnnxBuilder m;
  m.input("x", {1, 1, 4, 4});
  m.input("w", {2, 1, 3, 3});
  m.floats("b", {2}, {1, 2});
  m.node("Conv", {"x", "w", "b"}, {"y"}).ints("pads", {1, 1, 1, 1});
  m.output("y");
  Graph graph = m.import();
  assign_layer_ids(graph);
  TempFolder folder;
  save_acuity(graph, folder / "n.json", folder / "n.data");
  const Graph back = load_acuity(folder / "n.json", folder / "n.data");
  EXPECT_EQ(dump(back), dump(graph));
  EXPECT_EQ(value_named(back, "b").constant->bytes, value_named(graph, "b").constant->bytes);
}

// `weights` counts outputs, which come second in the weight of a deconvolution.
TEST(Acuity, DeconvolutionWithMoreOutputsThanInputs) {
  OnnxBuilder m;
  m.input("x", {1, 2, 4, 4});
  m.zeros("w", {2, 3, 2, 2});
  m.node("ConvTranspose", {"x", "w"}, {"y"});
  m.output("y");
  expect_round_trip(m.import());
}

TEST(Acuity, SavingAssignsMissingLayerIds) {
  TempFolder folder;
  const Graph graph = small_onnx_model().import();
  save_acuity(graph, folder / "n.json", folder / "n.data");
  EXPECT_EQ(load_model(folder / "n.json").output_lids.at(0), "attach_Gemm_y/out0_0");
  EXPECT_TRUE(graph.output_lids.empty());
}

TEST(LayerIds, OutputsFirstThenBreadthFirstInputsLast) {
  // y <- Gemm 1 <- Flatten 2 <- Relu 3 <- Conv 4 <- x 5
  Graph graph = small_onnx_model().import();
  assign_layer_ids(graph);
  std::vector<std::string> lids;
  for (const Node& node : graph.nodes) lids.push_back(node.lid);
  EXPECT_THAT(graph.output_lids, ElementsAre("attach_Gemm_y/out0_0"));
  EXPECT_THAT(lids, ElementsAre("Conv_c_4", "Relu_r_3", "Flatten_f_2", "Gemm_y_1"));
  EXPECT_THAT(graph.input_lids, ElementsAre("x_5"));
}

TEST(LayerIds, BranchesAreWalkedSideBySide) {
  // sum <- {r2 <- r1, s}: level by level, so s comes before r1.
  OnnxBuilder m;
  m.input("x", {1, 4});
  m.node("Relu", {"x"}, {"1"}).named("r1");
  m.node("Relu", {"1"}, {"2"}).named("r2");
  m.node("Sigmoid", {"x"}, {"3"}).named("s");
  m.node("Add", {"2", "3"}, {"y"}).named("sum");
  m.output("y");
  Graph graph = m.import();
  assign_layer_ids(graph);
  std::vector<std::string> lids;
  for (const Node& node : graph.nodes) lids.push_back(node.lid);
  EXPECT_THAT(lids, ElementsAre("r1_4", "r2_2", "s_3", "sum_1"));
}

TEST(LayerIds, LaterLayersGetFurtherNumbers) {
  Graph graph = small_onnx_model().import();
  assign_layer_ids(graph);
  graph.nodes[2].lid.clear();
  assign_layer_ids(graph);
  EXPECT_EQ(graph.nodes[1].lid, "Relu_r_3");
  EXPECT_EQ(graph.nodes[2].lid, "Flatten_f_6");
}

TEST(AcuityWriting, BothFilesOrNeither) {
  TempFolder folder;
  const Graph graph = small_onnx_model().import();
  EXPECT_THAT(error_of([&] { save_acuity(graph, folder / "n.json", folder / "none" / "n.data"); }),
              HasSubstr("n.data"));
  EXPECT_TRUE(folder.names().empty());
  EXPECT_THAT(error_of([&] { save_acuity(graph, folder / "none" / "n.json", folder / "n.data"); }),
              HasSubstr("n.json"));
  EXPECT_TRUE(folder.names().empty());
  std::filesystem::create_directory(folder / "n.json");
  EXPECT_THAT(error_of([&] { save_acuity(graph, folder / "n.json", folder / "n.data"); }),
              HasSubstr("it is a folder"));
  EXPECT_EQ(folder.names(), std::set<std::string>{"n.json"});
}

TEST(AcuityWriting, ALinkStaysALink) {
  TempFolder folder;
  write_file(folder / "real.json", std::string_view("old"));
  std::filesystem::create_symlink("real.json", folder / "n.json");
  save_acuity(small_onnx_model().import(), folder / "n.json", folder / "n.data");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "n.json"));
  EXPECT_EQ(load_acuity(folder / "real.json", folder / "n.data").nodes.size(), 4U);
}

}  // namespace
}  // namespace trireme
