// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/quantize/calibrate.h"
#include "model/quantize/yaml_text.h"
#include "support/files.h"
#include "tests/model/preprocess_folder.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::u8;
using ::testing::HasSubstr;
using ::testing::Not;

class QuantizeTableTest : public test::FolderTest {
 protected:
  std::filesystem::path table_file(const std::string& text) const { return file("t.quantize", text); }
  std::string message(const std::string& text) const {
    return test::message_of([&] { read_quantize_table(table_file(text)); });
  }
};

// conv 1x1 with bias, relu, softmax; input scale 0.5, weight scale 0.25, so the bias counts in 0.125.
Chain network() {
  Chain chain({1, 2, 1, 1}, u8(0.5F, 3));
  const ValueId w = chain.constant("w", Tensor::of<float>({2, 2, 1, 1}, {1, 2, 3, 4}), u8(0.25F, 0));
  const ValueId b = chain.constant("b", Tensor::of<float>({2}, {1, -1}), test::i32(0.125F));
  chain.add("conv", "convolution", ConvolutionAttributes{}, {w, b}, u8(0.1F, 128));
  chain.add("relu", "relu", {}, {}, u8(0.05F, 0));
  Quantization half;
  half.dtype = DataType::float16;
  chain.add("prob", "softmax", SoftmaxAttributes{1}, {}, half);
  chain.graph.nodes[0].lid = "conv_2";
  chain.graph.nodes[1].lid = "relu_3";
  chain.graph.nodes[2].lid = "prob_4";
  chain.graph.input_lids = {"input_1"};
  chain.graph.output_lids = {"attach_prob/out0_0"};
  return chain;
}

std::string apply_message(Graph graph, const QuantizeTable& table) {
  try {
    apply_table(graph, table, "t.quantize");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// PyYAML takes 1e-05 for a string: YAML 1.1 wants a point in a number with an exponent.
TEST(YamlText, NumbersHaveAPointAndStringsQuotes) {
  EXPECT_EQ(yaml_number(1e-05F), "1.0e-05");
  EXPECT_EQ(yaml_number(3.0), "3.0");
  EXPECT_EQ(yaml_number(0.1F), "0.1");
  EXPECT_EQ(yaml_string("it's"), "'it''s'");
  EXPECT_EQ(yaml_string("a\tb\\"), "\"a\\x09b\\\\\"");
}

TEST_F(QuantizeTableTest, KeysInLayerOrder) {
  const Chain chain = network();
  EXPECT_EQ(table_of(chain.graph).order,
            (std::vector<std::string>{"@input_1:out0", "@conv_2:out0", "@conv_2:weight", "@conv_2:bias",
                                      "@relu_3:out0", "@prob_4:out0"}));
  EXPECT_EQ(table_key(chain.graph, chain.graph.find_value("b")), "@conv_2:bias");
  EXPECT_EQ(table_key(chain.graph, chain.graph.inputs[0]), "@input_1:out0");
}

TEST_F(QuantizeTableTest, WritesVersionTwoAndReadsItBackExactly) {
  Chain chain = network();
  Quantization& odd = chain.value("relu:out").quantization;
  odd.scale = {0x1.a36e2ep-17F};  // 1.25e-05 and a bit: an exponent that YAML 1.1 must see as a number
  odd.min = -0.1F;
  odd.max = 1.0 / 3;
  const QuantizeTable table = table_of(chain.graph);
  write_quantize_table(folder() / "a", table);
  const std::string text = read_text(folder() / "a");
  EXPECT_EQ(text.rfind("# ", 0), 0U);
  EXPECT_THAT(text, HasSubstr("tabs"));
  EXPECT_THAT(text, HasSubstr("\nversion: 2\nquantize_parameters:\n    '@input_1:out0':\n        qtype: u8\n"
                              "        quantizer: asymmetric_affine\n        rounding: rtne\n"));
  EXPECT_THAT(text, HasSubstr("scale: 0.5\n        zero_point: 3\n"));
  EXPECT_THAT(text, HasSubstr("qtype: f16\n        quantizer: float16\n"));
  const std::string tail = "\ncustomized_quantize_layers: {}\n";
  EXPECT_EQ(text.substr(text.size() - tail.size()), tail);

  const QuantizeTable back = read_quantize_table(folder() / "a");
  EXPECT_EQ(back.version, 2);
  EXPECT_EQ(back.order, table.order);
  for (const auto& [key, q] : table.entries) {
    EXPECT_TRUE(same_parameters(back.entries.at(key), q)) << key;
    EXPECT_EQ(back.entries.at(key).min, q.min) << key;
    EXPECT_EQ(back.entries.at(key).max, q.max) << key;
  }
  write_quantize_table(folder() / "b", back);
  EXPECT_EQ(read_text(folder() / "b"), text);
}

TEST_F(QuantizeTableTest, PerChannelFixedPointAndStrangeNames) {
  QuantizeTable table;
  Quantization channels;
  channels.scheme = Quantization::Scheme::affine;
  channels.dtype = DataType::int8;
  channels.scale = {0.1F, 1e-10F};
  channels.zero_point = {0, -3};
  channels.channel_axis = 0;
  Quantization fixed;
  fixed.scheme = Quantization::Scheme::fixed_point;
  fixed.dtype = DataType::int16;
  fixed.fl = -2;
  table.order = {"@it's: a \"name\":weight", "@é\x01:out0"};
  table.entries = {{table.order[0], channels}, {table.order[1], fixed}};
  table.customized = {{"layer: 1", "dynamic_fixed_point-i16"}};
  write_quantize_table(folder() / "a", table);
  const QuantizeTable back = read_quantize_table(folder() / "a");
  EXPECT_EQ(back.order, table.order);
  EXPECT_EQ(back.customized, table.customized);
  EXPECT_TRUE(same_parameters(back.entries.at(table.order[0]), channels));
  EXPECT_TRUE(same_parameters(back.entries.at(table.order[1]), fixed));
}

// As tools 6.0 write it (formats.md §4.1).
TEST_F(QuantizeTableTest, ReadsVersionOne) {
  const QuantizeTable table = read_quantize_table(table_file(R"(%YAML 1.2
---
# no tabs
quantize_parameters:
  '@conv_2:weight':
    dtype: asymmetric_affine
    method: layer
    max_value: [1.5]
    min_value: [-0.5]
    zero_point: [64]
    scale: [0.00784313725490196]
    qtype: u8
  '@conv_2:bias':
    dtype: asymmetric_affine
    method: layer
    max_value:
    min_value: []
    zero_point: [0]
    scale: [0.0001]
    qtype: i32
  '@conv_2:out0':
    dtype: dynamic_fixed_point
    method: layer
    max_value: 3.0
    min_value: -1
    fl: [12]
    qtype: i16
customized_quantize_layers: {}
)"));
  EXPECT_EQ(table.version, 1);
  EXPECT_EQ(table.order, (std::vector<std::string>{"@conv_2:weight", "@conv_2:bias", "@conv_2:out0"}));
  const Quantization& weight = table.entries.at("@conv_2:weight");
  EXPECT_TRUE(same_parameters(weight, u8(0.00784313725490196F, 64)));
  EXPECT_EQ(weight.max, 1.5);
  EXPECT_EQ(weight.min, -0.5);
  EXPECT_TRUE(same_parameters(table.entries.at("@conv_2:bias"), test::i32(0.0001F)));
  EXPECT_EQ(table.entries.at("@conv_2:out0").fl, 12);
  EXPECT_EQ(table.entries.at("@conv_2:out0").dtype, DataType::int16);
}

TEST_F(QuantizeTableTest, SeedOfScriptsIsAnEmptyTable) {
  EXPECT_TRUE(read_quantize_table(table_file("{\"version\":1,\"tensors\":[]}")).order.empty());
}

TEST_F(QuantizeTableTest, DamagedTablesNameLineAndKey) {
  EXPECT_THAT(message(""), HasSubstr("t.quantize"));
  EXPECT_THAT(message("quantize_parameters: [1"), HasSubstr("not valid YAML"));
  EXPECT_THAT(message("version: 3\nquantize_parameters: {}\n"), HasSubstr(":1: key 'version'"));
  EXPECT_THAT(message("quantize_parameters:\n  '@a:out0': 3\n"), HasSubstr("@a:out0"));
  const std::string head =
      "version: 2\nquantize_parameters:\n  '@a:out0':\n    qtype: u8\n    quantizer: asymmetric_affine\n";
  EXPECT_THAT(message(head + "    zero_point: 3\n"), HasSubstr("scale': missing"));
  EXPECT_THAT(message(head + "    scale: -1\n    zero_point: 3\n"),
              HasSubstr(":6: key 'quantize_parameters.@a:out0.scale'"));
  EXPECT_THAT(message(head + "    scale: .inf\n    zero_point: 3\n"), HasSubstr("not a positive number"));
  EXPECT_THAT(message(head + "    scale: 1.0\n    zero_point: 256\n"), HasSubstr("0 to 255"));
  EXPECT_THAT(message(head + "    scale: [1.0, 2.0]\n    zero_point: [0, 0]\n"), HasSubstr("channel_dim"));
  EXPECT_THAT(
      message(
          "version: 2\nquantize_parameters:\n  '@a:out0':\n    qtype: u9\n    quantizer: asymetric_affine\n"),
      HasSubstr("asymmetric_affine"));
}

TEST_F(QuantizeTableTest, UnknownFieldsRoundingsAndTabsAreRefused) {
  const std::string head =
      "version: 2\nquantize_parameters:\n  '@a:out0':\n    qtype: u8\n    quantizer: asymmetric_affine\n"
      "    scale: 1.0\n    zero_point: 0\n";
  EXPECT_EQ(message(head + "    rounding: rtne\n"), "no error");
  EXPECT_THAT(message(head + "    rounding: floor\n"),
              HasSubstr(":8: key 'quantize_parameters.@a:out0.rounding': 'floor' is not allowed"));
  EXPECT_THAT(message(head + "    zeropoint: 1\n"),
              HasSubstr(":8: key 'quantize_parameters.@a:out0.zeropoint': unknown key"));
  EXPECT_THAT(message(head + "\trounding: rtne\n"), HasSubstr("t.quantize:8: has a tab"));
}

TEST_F(QuantizeTableTest, TheSameMistakeInEveryEntryIsToldThreeTimes) {
  std::string text = "version: 2\nquantize_parameters:\n";
  for (int i = 0; i < 20; ++i) {
    text += "  '@a" + std::to_string(i) + ":out0': {qtype: u9, quantizer: asymmetric_affine, scale: 1.0, " +
            (i == 11 ? "zero_point: 256}\n" : "zero_point: 0}\n");
  }
  const std::string told = message(text);
  EXPECT_THAT(told, HasSubstr("@a2:out0.qtype': 'u9' is not allowed"));
  EXPECT_THAT(told, Not(HasSubstr("@a3:out0")));
  EXPECT_THAT(told, HasSubstr("17 more entries: 'qtype' 'u9' is not allowed"));
}

// Softmax gives float16, so that there is nothing that an entry could say.
TEST_F(QuantizeTableTest, SoftmaxNeedsNoEntry) {
  const Chain chain = network();
  QuantizeTable table = table_of(chain.graph);
  table.entries.erase("@prob_4:out0");
  table.order.pop_back();
  Graph graph = chain.graph;
  for (Value& value : graph.values) value.quantization = Quantization();
  apply_table(graph, table, "t.quantize");
  EXPECT_EQ(graph.values[graph.find_value("prob:out")].quantization.dtype, DataType::float16);
  for (const std::string& change : unify_quantization(graph)) EXPECT_THAT(change, Not(HasSubstr("prob")));
}

TEST_F(QuantizeTableTest, AppliesWhatItDescribes) {
  const Chain chain = network();
  QuantizeTable table = table_of(chain.graph);
  table.entries["@attach_prob/out0_0:out0"] = u8(0.004F, 0);  // the old tool counts output layers too
  table.order.push_back("@attach_prob/out0_0:out0");
  Graph bare = chain.graph;
  for (Value& value : bare.values) value.quantization = Quantization();
  EXPECT_FALSE(is_quantized(bare));
  apply_table(bare, table, "t.quantize");
  EXPECT_TRUE(is_quantized(bare));
  for (std::size_t i = 0; i < bare.values.size(); ++i) {
    EXPECT_TRUE(same_parameters(bare.values[i].quantization, chain.graph.values[i].quantization))
        << bare.values[i].name;
  }
}

TEST_F(QuantizeTableTest, MissingAndUnknownEntriesAreAllNamed) {
  const Chain chain = network();
  QuantizeTable table = table_of(chain.graph);
  table.entries["@conv_2:wieght"] = table.entries.at("@conv_2:weight");
  table.entries.erase("@conv_2:weight");
  table.order[2] = "@conv_2:wieght";
  table.entries.erase("@relu_3:out0");
  table.order.erase(table.order.begin() + 4);
  Graph graph = chain.graph;
  graph.values[0].quantization = Quantization();
  const std::string message = apply_message(graph, table);
  EXPECT_THAT(message, HasSubstr("t.quantize: no entry for '@conv_2:weight'"));
  EXPECT_THAT(message, HasSubstr("no entry for '@relu_3:out0'"));
  EXPECT_THAT(message, HasSubstr("'@conv_2:wieght' names no tensor"));
  EXPECT_THAT(message, HasSubstr("did you mean '@conv_2:weight'?"));
}

TEST_F(QuantizeTableTest, BiasScaleMustBeTheProduct) {
  const Chain chain = network();
  QuantizeTable table = table_of(chain.graph);
  table.entries["@conv_2:bias"].scale = {0.125F * 1.000005F};
  EXPECT_EQ(apply_message(chain.graph, table), "no error");
  table.entries["@conv_2:bias"].scale = {0.125F * 1.00002F};
  EXPECT_THAT(apply_message(chain.graph, table),
              HasSubstr("is not input scale 0.5 * weight scale 0.25 = 0.125"));
}

TEST_F(QuantizeTableTest, OtherTypesAreOneErrorThatSaysWhatIsThere) {
  const Chain chain = network();
  QuantizeTable table = table_of(chain.graph);
  for (const char* key : {"@input_1:out0", "@relu_3:out0"}) {
    table.entries[key].dtype = DataType::int8;
    table.entries[key].zero_point = {0};
  }
  const std::string message = apply_message(chain.graph, table);
  EXPECT_THAT(message, HasSubstr("'@input_1:out0' is i8 scale=0.5 zp=0 (the first of 2)"));
  EXPECT_THAT(message, HasSubstr("asymmetric_affine uint8"));
  table = table_of(chain.graph);
  table.customized["conv_2"] = "dynamic_fixed_point-i16";
  EXPECT_THAT(apply_message(chain.graph, table), HasSubstr("dynamic_fixed_point-i16"));
}

}  // namespace
}  // namespace trireme
