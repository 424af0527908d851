// SPDX-License-Identifier: Apache-2.0
// NAME.json + NAME.data that were changed: other spellings are read, damage is told with file, layer and key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tensor/files.h"
#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

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
  parameters("Conv_c_4")["padding"] = "FULL";
  parameters("Flatten_f_2")["shape"] = {1, -2};
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr("'ksize_h' is not a whole number"), HasSubstr("'bias' is neither true"),
                    HasSubstr("'padding' is 'FULL' ('VALID' or 'SAME')"), HasSubstr("'shape' is [1,-2]")));
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

}  // namespace
}  // namespace trireme
