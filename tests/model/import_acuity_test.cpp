// SPDX-License-Identifier: Apache-2.0
// NAME.json + NAME.data: what is written comes back, and damage is told with file, layer and key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "tensor/files.h"
#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

// Operators of every kind, with attributes that are not the defaults (all others pass here by way of
// import_onnx_nodes_test.cpp); a constant shared by two nodes, a
// constant that is an input of its own, two inputs and two outputs.
Graph graph_of_many_operators() {
  OnnxBuilder m;
  m.input("x", {1, 4, 8, 8});
  m.input("x2", {1, 6});
  m.floats("w", {6, 2, 3, 3}, [] {
    std::vector<float> values;
    for (int i = 0; i < 108; ++i) values.push_back(0.1F * static_cast<float>(i) - 3);
    return values;
  }());
  for (const char* name : {"b", "gamma", "beta", "mean", "variance"})
    m.floats(name, {6}, {1, 2, 3, 4, 5, 0.1F});
  m.zeros("fw", {6, 6});
  m.floats("low", {}, {-0.3F});
  m.floats("two", {6, 1, 1}, {2, 2, 2, 2, 2, 2});
  m.node("Conv", {"x", "w", "b"}, {"c"})
      .ints("pads", {0, 1, 2, 1})
      .ints("dilations", {2, 1})
      .integer("group", 2);
  m.node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, {"bn"}).real("epsilon", 0.001F);
  m.node("LeakyRelu", {"bn"}, {"l"}).real("alpha", 0.1F);
  m.node("Mul", {"l", "two"}, {"mul"});
  m.node("Clip", {"mul", "low"}, {"clip"});
  m.node("MaxPool", {"clip"}, {"p"})
      .ints("kernel_shape", {3, 2})
      .ints("strides", {2, 3})
      .integer("ceil_mode", 1);
  m.node("AveragePool", {"p"}, {"ap"})
      .ints("kernel_shape", {2, 2})
      .ints("pads", {1, 1, 0, 0})
      .integer("count_include_pad", 1);
  m.node("GlobalAveragePool", {"ap"}, {"g"});
  m.node("Flatten", {"g"}, {"f"});
  m.node("Gemm", {"f", "fw", "b"}, {"d1"}).integer("transB", 1);
  m.node("Gemm", {"x2", "fw"}, {"d2"}).integer("transB", 1);
  m.node("Relu", {"d1"}, {"r"});
  m.node("Sigmoid", {"d2"}, {"s"});
  m.node("Add", {"r", "s"}, {"sum"});
  m.node("Tanh", {"sum"}, {"t"});
  m.node("Concat", {"t", "sum"}, {"cat"}).integer("axis", 1);
  m.node("Transpose", {"cat"}, {"tr"}).ints("perm", {1, 0});
  m.node("Softmax", {"tr"}, {"soft"}).integer("axis", 0);
  m.node("Identity", {"soft"}, {"y/with:strange name"}).named("n/o p");
  m.output("sum");
  m.output("y/with:strange name");
  return m.import();
}

// Those that move, pick and reduce data, and the normalizations.
Graph graph_of_data_operators() {
  OnnxBuilder m(18);
  m.input("x", {1, 4, 8, 8});
  m.integers("i3", {3}, {0, -2, 5});
  m.integers("points", {2, 2}, {0, 1, 0, 2});
  m.integers("parts", {3}, {1, 2, 5});
  m.floats("gamma", {4}, {1, 2, 3, 4});
  m.floats("rows", {4, 8}, std::vector<float>(32, 0.5F));
  m.node("InstanceNormalization", {"x", "gamma", "gamma"}, {"in"}).real("epsilon", 0.01F);
  m.node("GroupNormalization", {"in", "rows_of_2", "rows_of_2"}, {"gn"}).integer("num_groups", 2);
  m.floats("rows_of_2", {2}, {0.5F, 2});
  m.node("LayerNormalization", {"gn", "line", "line"}, {"ln"}).integer("axis", 2).real("epsilon", 0.1F);
  m.floats("line", {8}, {1, 2, 3, 4, 5, 6, 7, 8});
  m.node("RMSNormalization", {"ln", "line"}, {"rms"});
  m.node("LpNormalization", {"rms"}, {"lp"}).integer("axis", 1).integer("p", 1);
  m.node("LRN", {"lp"}, {"lrn"}).integer("size", 3).real("alpha", 0.5F).real("beta", 0.3F).real("bias", 2);
  m.node("LogSoftmax", {"lrn"}, {"ls"}).integer("axis", 1);
  m.node("Split", {"ls", "parts"}, {"s0", "s1", "s2"}).integer("axis", 3);
  m.node("Slice", {"s2", "i_begin", "i_end", "i_axes", "i_steps"}, {"sl"});
  m.integers("i_begin", {1}, {-1});
  m.integers("i_end", {1}, {INT64_MIN});
  m.integers("i_axes", {1}, {3});
  m.integers("i_steps", {1}, {-2});  // elements 4, 2, 0
  m.node("Pad", {"sl", "pads", "seven"}, {"pad"});
  m.integers("pads", {8}, {0, 0, 0, 1, 0, 0, 0, -1});
  m.floats("seven", {}, {7.5F});
  m.node("Expand", {"s0", "wide"}, {"ex"});
  m.integers("wide", {4}, {2, 1, 1, 3});
  m.node("Tile", {"s1", "times"}, {"ti"});
  m.integers("times", {4}, {1, 1, 1, 4});
  m.node("DepthToSpace", {"ti"}, {"d2s"}).integer("blocksize", 2).text("mode", "CRD");
  m.node("SpaceToDepth", {"d2s"}, {"s2d"}).integer("blocksize", 4);
  m.node("Gather", {"s2d", "i3"}, {"ga"}).integer("axis", 1);
  m.node("GatherElements", {"pad", "i_elements"}, {"ge"}).integer("axis", 2);
  m.integers("i_elements", {1, 1, 1, 2}, {3, -1});
  m.node("GatherND", {"s2d", "points"}, {"gn_d"});
  m.node("ScatterND", {"gn_d", "i_one", "updates"}, {"sn"}).text("reduction", "max");
  m.integers("i_one", {1, 1}, {1});
  m.zeros("updates", {1, 4, 4});
  m.node("ScatterElements", {"sn", "i_cube", "cube"}, {"se"}).integer("axis", 1).text("reduction", "add");
  m.integers("i_cube", {1, 1, 2}, {3, 0});
  m.zeros("cube", {1, 1, 2});
  m.node("Resize", {"s2d", "", "", "sizes"}, {"re"})
      .text("mode", "cubic")
      .text("coordinate_transformation_mode", "align_corners")
      .integer("exclude_outside", 1)
      .real("cubic_coeff_a", -0.5F);
  m.integers("sizes", {4}, {1, 64, 7, 3});
  m.node("ReduceL2", {"re", "i_two"}, {"l2"}).integer("keepdims", 0);
  m.integers("i_two", {2}, {-1, 1});
  m.node("ArgMin", {"re"}, {"ami"}).integer("axis", 2);
  m.node("ArgMax", {"re"}, {"ama"})
      .integer("axis", -1)
      .integer("keepdims", 0)
      .integer("select_last_index", 1);
  m.node("OneHot", {"ama", "depth", "off_on"}, {"oh"}).integer("axis", 1);
  m.integers("depth", {}, {3});
  m.floats("off_on", {2}, {-1, 1});
  m.node("TopK", {"l2", "k"}, {"values", "indices"}).integer("axis", 1).integer("largest", 0);
  m.integers("k", {1}, {2});
  m.node("CumSum", {"values", "i_axis"}, {"cs"}).integer("exclusive", 1).integer("reverse", 1);
  m.integers("i_axis", {}, {1});
  for (const char* output : {"ex", "ga", "ge", "se", "ami", "oh", "indices", "cs"}) m.output(output);
  return m.import();
}

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
  expect_round_trip(graph_of_many_operators());
  expect_round_trip(graph_of_data_operators());
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

// The files of the small model, to be damaged: Conv_c_4, Relu_r_3, Flatten_f_2, Gemm_y_1.
class AcuityFiles : public testing::Test {
 protected:
  AcuityFiles() {
    Graph graph = small_onnx_model().import();
    save_acuity(graph, json_path, data_path);
    json = Json::parse(read_text(json_path));
    data = read_npz(data_path);
  }
  Json& layer(const std::string& lid) { return json["Layers"][lid]; }
  Json& parameters(const std::string& lid) { return layer(lid)["parameters"]; }
  Graph load() {
    write_file(json_path, std::string_view(json.dump()));
    write_npz(data_path, data);
    return load_acuity(json_path, data_path);
  }
  std::string complaint() {
    return error_of([&] { load(); });
  }

  TempFolder folder;
  std::filesystem::path json_path = folder / "n.json", data_path = folder / "n.data";
  Json json;
  std::map<std::string, Tensor> data;
};

TEST_F(AcuityFiles, DataHoldsOneArrayATensor) {
  std::vector<std::string> keys;
  for (const auto& [key, tensor] : data) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("Conv_c_4:bias", "Conv_c_4:weight", "Gemm_y_1:weight"));
  EXPECT_EQ(data["Conv_c_4:weight"].shape, (Shape{2, 1, 3, 3}));
}

TEST_F(AcuityFiles, JsonHasTheDocumentedVocabulary) {
  EXPECT_EQ(json["MetaData"]["AcuityVersion"], "6");
  EXPECT_EQ(json["MetaData"]["Generator"], "trireme");
  const Json& p = parameters("Conv_c_4");
  EXPECT_EQ(p["weights"], 2);
  EXPECT_EQ(p["bias"], true);
  EXPECT_EQ(p["ksize_h"], 3);
  EXPECT_EQ(p["padding"], "VALID");
  EXPECT_EQ(p["pad"], (Json{0, 0, 0, 0}));
  EXPECT_EQ(layer("Relu_r_3")["inputs"], Json::array({"@Conv_c_4:out0"}));
  EXPECT_EQ(layer("attach_Gemm_y/out0_0")["op"], "output");
}

TEST_F(AcuityFiles, OlderSpellings) {
  Json& conv = parameters("Conv_c_4");
  conv["ksize_h"] = "3";
  conv["pad"] = "0,0,0,0";
  conv["dilation"] = 1;
  conv["bias"] = "true";
  conv["group_number"] = "1";
  parameters("Flatten_f_2")["shape"] = "1 8";
  layer("Relu_r_3").erase("parameters");
  for (auto& [lid, each] : json["Layers"].items()) each.erase("tensor_names");
  const Graph graph = load();
  EXPECT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(value_named(graph, "Flatten_f_2:out0").shape, (Shape{1, 8}));
}

TEST_F(AcuityFiles, LayersMayBeInAnyOrder) {
  Json reversed = Json::object();
  std::vector<std::string> lids;
  for (const auto& [lid, each] : json["Layers"].items()) lids.insert(lids.begin(), lid);
  for (const std::string& lid : lids) reversed[lid] = layer(lid);
  json["Layers"] = reversed;
  const Graph graph = load();
  EXPECT_EQ(graph.nodes.front().name, "Conv_c");
  EXPECT_EQ(graph.nodes.back().name, "Gemm_y");
}

TEST_F(AcuityFiles, UnknownOperatorsInputsAndParameters) {
  layer("Relu_r_3")["op"] = "rellu";
  layer("Gemm_y_1")["inputs"][0] = "@Flatten_f_3:out0";
  parameters("Conv_c_4")["stride_hh"] = 1;
  parameters("Conv_c_4").erase("ksize_w");
  parameters("Conv_c_4")["pad"] = {1, 2};
  EXPECT_THAT(
      complaint(),
      AllOf(HasSubstr("layer 'Relu_r_3': the operator 'rellu' is not supported (did you mean 'relu'?)"),
            HasSubstr("its input '@Flatten_f_3:out0' names no layer (did you mean '@Flatten_f_2:out0'?)"),
            HasSubstr("parameter 'stride_hh' is unknown (did you mean 'stride_h'?)"),
            HasSubstr("parameter 'ksize_w' is missing"), HasSubstr("parameter 'pad' has 2 numbers")));
}

TEST_F(AcuityFiles, ValuesOfTheWrongKind) {
  parameters("Conv_c_4")["ksize_h"] = "three";
  parameters("Conv_c_4")["bias"] = "maybe";
  parameters("Conv_c_4")["padding"] = "SAME";
  parameters("Flatten_f_2")["shape"] = {1, -1};
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr("'ksize_h' is not a whole number"), HasSubstr("'bias' is neither true"),
                    HasSubstr("'padding' is 'SAME' ('VALID' is supported)"), HasSubstr("'shape' is [1,-1]")));
}

TEST_F(AcuityFiles, MissingWeight) {
  data.erase("Conv_c_4:weight");
  EXPECT_THAT(complaint(), HasSubstr("n.data: holds no 'Conv_c_4:weight', the weight of layer 'Conv_c_4'"));
}

TEST_F(AcuityFiles, MissingAndSurplusBias) {
  data.erase("Conv_c_4:bias");
  data["Gemm_y_1:bias"] = Tensor(DataType::float32, {3});
  EXPECT_THAT(complaint(), AllOf(HasSubstr("holds no 'Conv_c_4:bias'"),
                                 HasSubstr("layer 'Gemm_y_1': parameter 'bias' is false, but")));
}

TEST_F(AcuityFiles, DataOfAnotherModel) {
  data["Conv_c_9:weight"] = Tensor(DataType::float32, {1});
  EXPECT_THAT(complaint(), HasSubstr("holds 'Conv_c_9:weight', which no layer of"));
}

TEST_F(AcuityFiles, WeightOfTheWrongShape) {
  data["Conv_c_4:weight"] = Tensor(DataType::float32, {2, 1, 3, 2});
  EXPECT_THAT(complaint(), HasSubstr("node 'Conv_c' (convolution): weight 'w' has the shape [2,1,3,2]"));
  data["Conv_c_4:weight"] = Tensor(DataType::float32, {4, 1, 3, 3});
  EXPECT_THAT(complaint(), HasSubstr("'weights' is 2 (the weight in"));
}

TEST_F(AcuityFiles, WeightOfTheWrongType) {
  data["Conv_c_4:weight"] = Tensor(DataType::float64, {2, 1, 3, 3});
  EXPECT_THAT(complaint(), HasSubstr("input 'w' is float64"));
}

TEST_F(AcuityFiles, CycleAndMissingOutput) {
  layer("Relu_r_3")["inputs"][0] = "@Flatten_f_2:out0";
  EXPECT_THAT(complaint(), HasSubstr("cycle"));
  json["Layers"].erase("attach_Gemm_y/out0_0");
  EXPECT_THAT(complaint(), HasSubstr("has no layer with the operator 'output'"));
}

TEST_F(AcuityFiles, NotALayerGraph) {
  json.erase("Layers");
  EXPECT_THAT(complaint(), HasSubstr("'MetaData' and 'Layers' are missing"));
  json = Json::array({1, 2});
  EXPECT_THAT(complaint(), HasSubstr("not a layer graph"));
}

// A model that is called .json, or begins like JSON, is told what is wrong with the JSON.
TEST_F(AcuityFiles, JsonAsAModel) {
  const auto with_text = [&](const std::string& text) {
    write_file(json_path, std::string_view(text));
    return error_of([&] { load_model(json_path); });
  };
  EXPECT_THAT(with_text(""), HasSubstr("the file is empty"));
  EXPECT_THAT(with_text("[]"), HasSubstr("not a layer graph"));
  EXPECT_THAT(with_text("hello"), HasSubstr("n.json:1: not valid JSON"));
  EXPECT_THAT(with_text(std::string(1000, '[')), HasSubstr("nested deeper than 16 levels"));
  write_file(folder / "list.model", std::string_view(" [1, 2]"));
  EXPECT_THAT(error_of([&] { load_model(folder / "list.model"); }), HasSubstr("not a layer graph"));
}

TEST_F(AcuityFiles, JsonSyntax) {
  const auto with_text = [&](const std::string& text) {
    write_file(json_path, std::string_view(text));
    return error_of([&] { load_acuity(json_path, data_path); });
  };
  EXPECT_THAT(with_text("{\n\"MetaData\": {},\n}"), HasSubstr("n.json:3: not valid JSON"));
  EXPECT_THAT(with_text(""), HasSubstr("the file is empty"));
  EXPECT_THAT(with_text("{\"a\": 1, \"a\": 2}"), HasSubstr("the key 'a' occurs twice"));
  const std::string deep(1'000'000, '[');
  EXPECT_THAT(with_text("{\"a\": " + deep), HasSubstr("nested deeper than 16 levels"));
  std::string deep_objects;
  for (int i = 0; i < 200'000; ++i) deep_objects += "{\"a\":";
  EXPECT_THAT(with_text(deep_objects), HasSubstr("nested deeper than 16 levels"));
}

TEST_F(AcuityFiles, DamagedOrMissingData) {
  Bytes bytes = read_file(data_path);
  bytes.resize(bytes.size() / 2);
  write_file(data_path, bytes);
  EXPECT_THAT(error_of([&] { load_acuity(json_path, data_path); }), HasSubstr("n.data"));
  std::filesystem::remove(data_path);
  EXPECT_THAT(error_of([&] { load_model(json_path); }), HasSubstr("n.data"));
}

TEST_F(AcuityFiles, OptionsOfAnImportDoNotApply) {
  ImportOptions options;
  options.outputs = {"f"};
  EXPECT_THAT(error_of([&] { load_model(json_path, options); }), HasSubstr("are chosen at import only"));
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
