// SPDX-License-Identifier: Apache-2.0
// Layers of other tools that become several operators, by what they compute; results worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/quantize/calibrate.h"
#include "model/reference/execute.h"
#include "tests/model/acuity_one_layer.h"

namespace trireme {
namespace {

using test::load;
using test::OneLayer;
using testing::ElementsAre;
using testing::HasSubstr;
using Numbers = std::vector<float>;
using Json = nlohmann::ordered_json;

Numbers numbers_of(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.size()};
}

std::vector<Numbers> results(const OneLayer& layer, const std::vector<Numbers>& inputs) {
  const Graph graph = load(layer);
  std::vector<Tensor> tensors;
  for (const Numbers& input : inputs) tensors.push_back(Tensor::of<float>(layer.shape, input));
  std::vector<Numbers> found;
  for (const Tensor& tensor : execute(graph, tensors, {})) found.push_back(numbers_of(tensor));
  return found;
}

TEST(AcuityRarerLayers, EltwiseOfThree) {
  const std::vector<Numbers> inputs = {{1, 5}, {2, -1}, {4, 3}};
  const auto of = [&](const std::string& operation) {
    return results({"eltwise", {1, 2}, R"({"operation": ")" + operation + "\"}", 3}, inputs).at(0);
  };
  EXPECT_EQ(of("SUM"), (Numbers{7, 7}));
  EXPECT_EQ(of("PROD"), (Numbers{8, -15}));
  EXPECT_EQ(of("MAX"), (Numbers{4, 5}));
  EXPECT_EQ(of("MIN"), (Numbers{1, -1}));
}

// [2,3] along axis 1: columns, without the axis.
TEST(AcuityRarerLayers, Unstack) {
  for (const OneLayer& layer :
       {OneLayer{"unstack", {2, 3}, R"({"axis": -1})", 1, {}, 3},
        OneLayer{"split", {2, 3}, R"({"dim": 1, "slices": "", "unstack": true})", 1, {}, 3}}) {
    EXPECT_THAT(results(layer, {{1, 2, 3, 4, 5, 6}}),
                ElementsAre(Numbers{1, 4}, Numbers{2, 5}, Numbers{3, 6}));
    const Graph graph = load(layer);
    EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{2}));
  }
}

// 1, 2, 3, 6: mean 3, distances -2, -1, 0, 3, squares 4 + 1 + 0 + 9 = 14 of 4 elements.
TEST(AcuityRarerLayers, Moments) {
  const OneLayer both = {"moments", {1, 4}, R"({"axis_list": [1], "keep_dims": true})", 1, {}, 2};
  EXPECT_THAT(results(both, {{1, 2, 3, 6}}), ElementsAre(Numbers{3}, Numbers{3.5F}));
  const Graph graph = load(both);
  EXPECT_EQ(graph.values[graph.outputs[1]].shape, (Shape{1, 1}));
  const OneLayer mean = {"moments", {1, 4}, R"({"axis_list": 1, "keep_dims": false})"};
  EXPECT_THAT(results(mean, {{1, 2, 3, 6}}), ElementsAre(Numbers{3}));
}

// Rows a = 1 2 3 4 and b = 0 1 0 1, weights 1 10 for a, 100 0 for b, bias 0.5, two steps apart, a zero in
// front: places -1 1 | 1 3: 10 * 2 + 0.5 and 2 + 10 * 4 + 100 * 1 + 0.5.
TEST(AcuityRarerLayers, ConvolutionOfRows) {
  const std::string words = R"({"weights": 1, "ksize": 2, "stride": 2, "bias": true, "padding": "VALID",
      "pad_method": "padding_const", "pad": [1, 0], "group_number": 1, "dilation": )";
  const std::map<std::string, Tensor> data = {{"l_1:weight", Tensor::of<float>({1, 2, 2}, {1, 10, 100, 0})},
                                              {"l_1:bias", Tensor::of<float>({1}, {0.5F})}};
  const OneLayer first = {"conv1d", {1, 2, 4}, words + "[1, 1, 2]}", 1, data};
  EXPECT_THAT(results(first, {{1, 2, 3, 4, 0, 1, 0, 1}}), ElementsAre(Numbers{20.5F, 142.5F}));
  const OneLayer last = {"conv1d", {1, 4, 2}, words + "[1, 2, 1]}", 1, data, 1, "tensorflow"};
  EXPECT_THAT(results(last, {{1, 0, 2, 1, 3, 0, 4, 1}}), ElementsAre(Numbers{20.5F, 142.5F}));
  const Graph graph = load(last);
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 2, 1}));
  EXPECT_THAT(error_of([&] {
                load({"conv1d", {1, 4, 2}, words + "[1, 1, 2]}", 1, data, 1, "tensorflow"});
              }),
              HasSubstr("layer 'l_1': parameter 'dilation' is [1,1,2]"));
}

TEST(AcuityRarerLayers, PoolingOfRows) {
  const std::string words = R"("ksize": 2, "stride": 2, "padding": "VALID", "round_type": "floor",
      "pad_method": "padding_const", "pad": [0, 0]})";
  EXPECT_THAT(results({"pool1d", {1, 1, 5}, R"({"type": "AVG", )" + words}, {{1, 2, 3, 5, 9}}),
              ElementsAre(Numbers{1.5F, 4}));
  EXPECT_THAT(
      results({"pool1d", {1, 2, 2}, R"({"type": "MAX", )" + words, 1, {}, 1, "tensorflow"}, {{1, 5, 2, 3}}),
      ElementsAre(Numbers{2, 5}));
}

// Pooling and its inverse: of each 2 by 2 the largest stays where it was. Two channels; `last`: side by side.
Graph pooled_and_put_back(bool last, const std::string& size) {
  const Json pool = {{"type", "MAX"}, {"ksize_h", 2}, {"ksize_w", 2}, {"stride_h", 2}, {"stride_w", 2}};
  const Shape shape = last ? Shape{1, 2, 4, 2} : Shape{1, 2, 2, 4};
  Json layers = {{"x_3", {{"name", "x"}, {"op", "input"}, {"parameters", {{"shape", shape}}}}}};
  layers["pool_2"] = {{"name", "pool"},
                      {"op", "poolwithargmax"},
                      {"parameters", pool},
                      {"inputs", Json::array({"@x_3:out0"})},
                      {"outputs", Json::array({"out0", "out1"})}};
  layers["up_1"] = {{"name", "up"},
                    {"op", "upsample"},
                    {"parameters", Json::parse(size)},
                    {"inputs", Json::array({"@pool_2:out0", "@pool_2:out1"})}};
  layers["out_0"] = {{"name", "out"}, {"op", "output"}, {"inputs", Json::array({"@up_1:out0"})}};
  const TempFolder folder;
  const Json file = {{"MetaData", {{"Platform", last ? "tensorflow" : "caffe"}}}, {"Layers", layers}};
  write_file(folder / "n.json", std::string_view(file.dump()));
  write_npz(folder / "n.data", {});
  return load_acuity(folder / "n.json", folder / "n.data");
}

const char* const kTwice = R"({"pad_h": false, "pad_w": false, "scale": 2, "scale_h": 0, "scale_w": 0,
                               "upsample_h": 0, "upsample_w": 0})";
const Tensor kMaps = Tensor::of<float>({1, 2, 2, 4}, {1, 2, 8, 7, 4, 3, 5, 6,  //
                                                      9, 2, 1, 1, 3, 4, 1, 2});
const Numbers kPutBack = {0, 0, 8, 0, 4, 0, 0, 0,  //
                          9, 0, 0, 0, 0, 0, 0, 2};

Tensor channels_last(const Tensor& maps) {  // [1,2,2,4]
  Tensor turned(DataType::float32, {1, 2, 4, 2});
  for (std::int64_t i = 0; i < 16; ++i) turned.data<float>()[i % 8 * 2 + i / 8] = maps.data<float>()[i];
  return turned;
}

TEST(AcuityRarerLayers, UpsamplePutsElementsBack) {
  EXPECT_EQ(numbers_of(execute(pooled_and_put_back(false, kTwice), {kMaps}, {}).at(0)), kPutBack);
  const Numbers turned = numbers_of(channels_last(Tensor::of<float>({1, 2, 2, 4}, kPutBack)));
  EXPECT_EQ(numbers_of(execute(pooled_and_put_back(true, kTwice), {channels_last(kMaps)}, {}).at(0)), turned);
}

// 0 to 9 in 255 steps: each number within half a step of 9 / 255.
TEST(AcuityRarerLayers, UpsampleOfCodes) {
  Graph graph = pooled_and_put_back(false, R"({"upsample_h": 2, "upsample_w": 4})");
  int left = 1;
  quantize_graph(graph, {}, [&](std::vector<Tensor>& sample) {
    sample = {kMaps};
    return left-- > 0;
  });
  ExecuteOptions options;
  options.quantized = true;
  const Value& input = graph.values[graph.inputs[0]];
  const Value& output = graph.values[graph.outputs[0]];
  const Tensor codes = quantize(kMaps, input.quantization);
  const Tensor found = dequantize(execute(graph, {codes}, options).at(0), output.quantization);
  for (std::size_t i = 0; i < kPutBack.size(); ++i)
    EXPECT_NEAR(found.data<float>()[i], kPutBack[i], 9.0F / 255) << i;
}

TEST(AcuityRarerLayers, UpsampleToAnotherSizeIsAnError) {
  const auto complaint = [](const std::string& size) {
    return error_of([&] { pooled_and_put_back(false, size); });
  };
  EXPECT_THAT(complaint(R"({"scale": 3})"),
              HasSubstr("layer 'up_1': gives [1,2,3,6], the places are of [1,2,2,4]"));
  EXPECT_THAT(complaint(R"({"scale": 2, "pad_h": true})"), HasSubstr("gives [1,2,1,4]"));
  EXPECT_THAT(complaint(R"({"scale": 0})"), HasSubstr("a factor of 0"));
}

}  // namespace
}  // namespace trireme
