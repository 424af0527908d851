// SPDX-License-Identifier: Apache-2.0
// Scales that came with the model, through NAME.json + NAME.data and back: nothing is lost, and damage is
// told with file, layer and tensor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/graph/operators.h"
#include "model/reference/execute.h"
#include "tensor/files.h"
#include "tests/model/onnx_quantized_builder.h"
#include "tests/model/tflite_builder.h"

namespace trireme {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;
namespace fb = tflite_file;

// One input channel, so that the mark "depthwise" says more than the groups; int8 weights with a scale a
// channel and an int32 bias, stored as layer constants; codes that are a layer of their own; scales that no
// short decimal tells.
Graph tflite_graph() {
  test::TfliteBuilder b;
  constexpr auto kInt8 = fb::TensorType::INT8;
  const int x = b.tensor("x", {1, 4, 4, 1}, kInt8, {{1.0F / 3}, {3}});
  std::vector<std::int8_t> weights(18);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(29 * i - 120);
  const int w = b.constant<std::int8_t>("w", {1, 3, 3, 2}, kInt8, weights, {{0.0123F, 0.0371F}, {0, 0}, 3});
  const int bias = b.constant<std::int32_t>("b", {2}, fb::TensorType::INT32, {700, -80},
                                            {{0.0123F / 3, 0.0371F / 3}, {0, 0}, 3});
  const int c = b.tensor("c", {1, 4, 4, 2}, kInt8, {{0.077F}, {-5}});
  const int d = b.constant<std::int8_t>("d", {2}, kInt8, {100, -77}, {{0.013F}, {7}});
  const int y = b.tensor("y", {1, 4, 4, 2}, kInt8, {{0.091F}, {11}});
  fb::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  options.depth_multiplier = 2;
  b.node(fb::BuiltinOperator::DEPTHWISE_CONV_2D, {x, w, bias}, {c}, options);
  b.node(fb::BuiltinOperator::ADD, {c, d}, {y}, fb::AddOptionsT());
  return b.import({x}, {y});
}

// Codes with a scale a channel, and a padding value of 7 * 0.1F, which no float32 is.
Graph qdq_graph() {
  QuantizedBuilder m = quantized_convolution("Relu");
  m.parameters("p", 0.1F, -3);
  m.input("p", {1, 3}).mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT8);
  m.integers("pads", {4}, {0, 1, 0, 0});
  m.codes("four", {}, {4});
  m.node("Pad", {"p", "pads", "four"}, {"padded"});
  m.node("DequantizeLinear", {"padded", "p_s", "p_z"}, {"real"});
  m.output("real");
  return m.import();
}

Tensor some_codes(const Value& input) {
  Tensor tensor(input.quantization.dtype, input.shape);
  for (std::size_t i = 0; i < tensor.bytes.size(); ++i) tensor.bytes[i] = static_cast<std::uint8_t>(37 * i);
  return tensor;
}

std::vector<Tensor> results(const Graph& graph, RequantRule rule) {
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) inputs.push_back(some_codes(graph.values[id]));
  ExecuteOptions options;
  options.quantized = true;
  options.rule = rule;
  return execute(graph, inputs, options);
}

void expect_same_values(const Graph& graph, const Graph& back) {
  ASSERT_EQ(back.values.size(), graph.values.size());
  for (const Value& value : graph.values) {
    const Value& other = value_named(back, value.name);
    EXPECT_EQ(other.dtype, value.dtype) << value.name;
    EXPECT_TRUE(same_parameters(other.quantization, value.quantization)) << value.name;
    EXPECT_EQ(other.quantization.max, value.quantization.max) << value.name;
    ASSERT_EQ(other.constant == nullptr, value.constant == nullptr) << value.name;
    if (value.constant == nullptr) continue;
    EXPECT_EQ(other.constant->dtype, value.constant->dtype) << value.name;
    EXPECT_EQ(other.constant->bytes, value.constant->bytes) << value.name;
  }
}

void expect_round_trip(Graph graph) {
  ASSERT_TRUE(graph.scales_from_model);
  TempFolder folder;
  assign_layer_ids(graph);
  save_acuity(graph, folder / "n.json", folder / "n.data");
  const Graph back = load_acuity(folder / "n.json", folder / "n.data");
  EXPECT_EQ(dump(back), dump(graph));
  EXPECT_TRUE(back.scales_from_model);
  EXPECT_EQ(back.source_format, graph.source_format);
  expect_same_values(graph, back);
  for (const RequantRule rule : {RequantRule::tflite, RequantRule::onnx}) {
    const std::vector<Tensor> wanted = results(graph, rule), found = results(back, rule);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(found[i].bytes, wanted[i].bytes);
  }
  save_acuity(back, folder / "again.json", folder / "again.data");
  EXPECT_EQ(read_text(folder / "again.json"), read_text(folder / "n.json"));
  EXPECT_EQ(read_file(folder / "again.data"), read_file(folder / "n.data"));
}

TEST(AcuityCodes, ATfliteNetworkComesBack) { expect_round_trip(tflite_graph()); }

TEST(AcuityCodes, AQdqNetworkComesBack) { expect_round_trip(qdq_graph()); }

// The files of tflite_graph(), to be damaged.
class AcuityCodesFiles : public testing::Test {
 protected:
  AcuityCodesFiles() {
    save_acuity(tflite_graph(), json_path, data_path);
    json = Json::parse(read_text(json_path));
    data = read_npz(data_path);
    for (auto& [lid, layer] : json["Layers"].items()) {
      if (layer["op"] == "convolution") convolution = lid;
      if (layer["op"] == "input") input = lid;
    }
  }
  Json& stored(const std::string& lid, const std::string& key) {
    return json["Layers"][lid]["quantization"][key];
  }
  Graph load() {
    write_file(json_path, std::string_view(json.dump()));
    write_npz(data_path, data);
    return load_acuity(json_path, data_path);
  }
  std::string complaint() {
    return error_of([&] { load(); });
  }
  std::string place(const std::string& lid, const std::string& key) const {
    return json_path.string() + ": layer " + "'" + lid + "': quantization of '" + key + "': ";
  }

  TempFolder folder;
  std::filesystem::path json_path = folder / "n.json", data_path = folder / "n.data";
  Json json;
  std::map<std::string, Tensor> data;
  std::string convolution, input;
};

TEST_F(AcuityCodesFiles, SayWhatIsStored) {
  EXPECT_EQ(json["MetaData"]["Scales"], "model");
  EXPECT_EQ(stored(input, "out0"), (Json{{"type", "float32"},
                                         {"stored", "int8"},
                                         {"scale", {static_cast<double>(1.0F / 3)}},
                                         {"zero_point", {3}},
                                         {"channel_axis", -1}}));
  EXPECT_EQ(stored(convolution, "bias")["stored"], "int32");
  EXPECT_EQ(data.at(convolution + ":weight").dtype, DataType::int8);
}

TEST_F(AcuityCodesFiles, UnknownTypesAndCodesThatAreNone) {
  stored(input, "out0")["stored"] = "int7";
  stored(convolution, "weight")["stored"] = "float16";
  stored(convolution, "bias")["zero_point"] = {0, INT64_C(1) << 31};
  stored(convolution, "out0")["zero_point"] = {-129};
  stored(convolution, "out0")["scale"] = {0};
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr(place(input, "out0") + "parameter 'stored' is not supported"),
                    HasSubstr(place(convolution, "weight") + "parameter 'stored' is float16"),
                    HasSubstr(place(convolution, "bias") + "parameter 'zero_point' holds 2147483648"),
                    HasSubstr(place(convolution, "out0") + "parameter 'zero_point' holds -129"),
                    HasSubstr(place(convolution, "out0") + "parameter 'scale' holds a number that is not")));
}

TEST_F(AcuityCodesFiles, ScalesThatDoNotFitTheShape) {
  stored(convolution, "weight")["scale"] = {0.5, 0.5, 0.5};
  EXPECT_THAT(complaint(),
              HasSubstr(place(convolution, "weight") + "3 scales and 2 zero points for channel"));
  stored(convolution, "weight")["scale"] = {0.5, 0.5};
  stored(convolution, "weight")["channel_axis"] = 4;
  EXPECT_THAT(complaint(), HasSubstr("channel axis 4 of the shape [2,1,3,3]"));
  stored(convolution, "weight")["channel_axis"] = 0;
  stored(convolution, "out0")["scale"] = {0.5, 0.5};  // the shape of this one is inferred
  EXPECT_THAT(complaint(), HasSubstr(place(convolution, "out0") + "2 scales and 1 zero points"));
}

TEST_F(AcuityCodesFiles, TypesThatTheTensorsDoNotHave) {
  stored(convolution, "weight")["stored"] = "uint8";
  EXPECT_THAT(complaint(), HasSubstr(place(convolution, "weight") + "is float32 stored as uint8, " +
                                     data_path.string() + " holds int8"));
  stored(convolution, "weight")["stored"] = "int8";
  stored(input, "out0")["type"] = "float16";
  stored(convolution, "out0")["type"] = "int32";
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr(place(input, "out0") + "is of float16, the tensor is float32"),
                    HasSubstr(place(convolution, "out0") + "is of int32, the tensor is float32")));
}

TEST_F(AcuityCodesFiles, EntriesOfNoTensor) {
  stored(convolution, "wait") = stored(convolution, "weight");
  stored(convolution, "bias") = 3;
  EXPECT_THAT(complaint(), AllOf(HasSubstr(place(convolution, "wait") + "the layer has no such tensor"),
                                 HasSubstr("'quantization' of 'bias' is not an object")));
  json["MetaData"]["Scales"] = "table";
  EXPECT_THAT(complaint(), HasSubstr("'Scales' of 'MetaData' is not 'model'"));
}

}  // namespace
}  // namespace trireme
