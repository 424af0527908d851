// SPDX-License-Identifier: Apache-2.0
// lstm and gru with a matrix a gate, as other tools write them. Functions are relu, so that steps can be
// worked out by hand; all gates are positive.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/graph/attributes.h"
#include "model/reference/execute.h"
#include "tests/model/acuity_one_layer.h"

namespace trireme {
namespace {

using test::load;
using test::OneLayer;
using testing::HasSubstr;
using Numbers = std::vector<float>;
using Rows = std::map<std::string, Numbers>;

// Matrices of one unit and, those of the data, two features.
std::map<std::string, Tensor> matrices(const Rows& rows, bool features_first) {
  std::map<std::string, Tensor> data;
  for (const auto& [key, row] : rows) {
    const bool bias = key[0] == 'b';
    const auto size = static_cast<std::int64_t>(row.size());
    data["l_1:" + key] = Tensor::of<float>(bias             ? Shape{size}
                                           : features_first ? Shape{size, 1}
                                                            : Shape{1, size},
                                           row);
  }
  return data;
}

Numbers result(const OneLayer& layer, const Numbers& input) {
  const Graph graph = load(layer);
  const Tensor found = execute(graph, {Tensor::of<float>(layer.shape, input)}, {}).at(0);
  EXPECT_EQ(found.shape.back(), 1);
  return {found.data<float>(), found.data<float>() + found.size()};
}

const Rows kLstm = {{"wi", {1, 1}}, {"wf", {0, 1}}, {"wc", {2, 0}}, {"wo", {1, 0}}, {"hi", {1}}, {"hf", {0}},
                    {"hc", {0}},    {"ho", {0}},    {"bi", {0}},    {"bf", {0}},    {"bc", {1}}, {"bo", {0}}};

std::string lstm_words(const std::string& more) {
  return R"({"weights": 1, "forget_bias": 1.0, "activation": "relu", "recurrent_activation": "relu",
             "use_peepholes": false, "num_proj": null, "cell_clip": 0.0, "proj_clip": 0.0, )" +
         more + "}";
}

// Step 1, x = 1 2: i = 1 + 2, f = 2 + 1, g = 2 + 1, o = 1; c = 3 * 3 = 9, h = 1 * 9.
// Step 2, x = 2 1: i = 2 + 1 + 9, f = 1 + 1, g = 4 + 1, o = 2; c = 2 * 9 + 12 * 5 = 78, h = 2 * 78.
TEST(AcuityRecurrent, LstmByHand) {
  const std::string sequence = R"("time_major": true, "return_sequences": true)";
  for (const bool features_first : {false, true}) {
    const OneLayer layer = {"lstm", {2, 1, 2}, lstm_words(sequence), 1, matrices(kLstm, features_first)};
    EXPECT_EQ(result(layer, {1, 2, 2, 1}), (Numbers{9, 156}));
  }
  const OneLayer batch = {"lstm",
                          {1, 2, 2},
                          lstm_words(R"("time_major": false, "return_sequences": true)"),
                          1,
                          matrices(kLstm, true)};
  EXPECT_EQ(result(batch, {1, 2, 2, 1}), (Numbers{9, 156}));
  const OneLayer last = {"lstm",
                         {1, 2, 2},
                         lstm_words(R"("time_major": false, "return_sequences": false)"),
                         1,
                         matrices(kLstm, true)};
  EXPECT_EQ(result(last, {1, 2, 2, 1}), (Numbers{156}));
  const Graph graph = load(last);
  EXPECT_EQ(graph.values[graph.outputs[0]].shape, (Shape{1, 1}));
}

// Without biases g loses 1: c = 3 * 2 = 6, h = 6; then i = 9, g = 4, c = 2 * 6 + 9 * 4 = 48, h = 2 * 48. The
// forget bias still counts.
TEST(AcuityRecurrent, LstmWithoutBiases) {
  Rows rows = kLstm;
  for (const char* key : {"bi", "bf", "bc", "bo"}) rows.erase(key);
  const std::string sequence = R"("time_major": true, "return_sequences": true)";
  EXPECT_EQ(result({"lstm", {2, 1, 2}, lstm_words(sequence), 1, matrices(rows, false)}, {1, 2, 2, 1}),
            (Numbers{6, 96}));
}

// Step 1, x = 0.5 2: z = 0.5, r = 2, h' = 1 + 2 * 0 * 1 = 1, h = 0.5 * 1 + 0.5 * 0.
// Step 2, x = 0.25 4: z = 0.25, r = 4, h' = 0.5 + 4 * 0.5 = 2.5, h = 0.75 * 2.5 + 0.25 * 0.5 = 2.
// With the reset behind the product, and a bias of 1 there: h' = 1 + 2 * (0 + 1) = 3, h = 1.5; then
// h' = 0.5 + 4 * (1.5 + 1) = 10.5, h = 0.75 * 10.5 + 0.25 * 1.5 = 8.25.
TEST(AcuityRecurrent, GruByHand) {
  Rows rows = {{"k_iz", {1, 0}}, {"k_ir", {0, 1}}, {"k_ih", {2, 0}},
               {"k_rz", {0}},    {"k_rr", {0}},    {"k_rh", {1}}};
  const std::string words = R"({"num_units": 1, "time_major": true, "bias": true, "activation": "relu",
      "recurrent_activation": "relu", "return_sequences": true, "direction": "forward", "linear_before_reset": )";
  const Numbers x = {0.5F, 2, 0.25F, 4};
  EXPECT_EQ(result({"gru", {2, 1, 2}, words + "0}", 1, matrices(rows, true)}, x), (Numbers{0.5F, 2}));
  for (const char* key : {"b_iz", "b_ir", "b_ih", "b_rz", "b_rr"}) rows[key] = {0};
  rows["b_rh"] = {1};
  EXPECT_EQ(result({"gru", {2, 1, 2}, words + "1}", 1, matrices(rows, false)}, x), (Numbers{1.5F, 8.25F}));
}

TEST(AcuityRecurrent, WhatIsNotKnownIsAnError) {
  const auto complaint = [](const OneLayer& layer) { return error_of([&] { load(layer); }); };
  const std::string plain = lstm_words(R"("time_major": true)");
  const std::string coupled = R"("use_cifg": true)";
  const auto data = matrices(kLstm, false);
  EXPECT_THAT(complaint({"lstm", {2, 1, 1}, plain, 1, data}), HasSubstr("as many units as features, 1"));
  EXPECT_THAT(complaint({"lstm", {2, 1, 3}, plain, 1, data}), HasSubstr("layer 'l_1': a matrix of [1,2]"));
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, plain, 1, data, 2}),
              HasSubstr("layer 'l_1': has several outputs"));
  EXPECT_THAT(complaint({"lstm", {1, 2}, plain, 1, data}), HasSubstr("input 0 has the shape [1,2]"));
  auto some = data;
  some.erase("l_1:bo");
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, plain, 1, some}), HasSubstr("some of its biases are missing"));
  some.erase("l_1:hc");
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, plain, 1, some}), HasSubstr("holds no 'l_1:hc'"));
  auto more = data;
  more["l_1:wp"] = Tensor::of<float>({1, 1}, {1});
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, plain, 1, more}), HasSubstr("'l_1:wp', which no layer"));
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, lstm_words(coupled), 1, data}), HasSubstr("'use_cifg'"));
  EXPECT_THAT(complaint({"lstm", {2, 1, 2}, R"({"weights": 0})", 1, data}), HasSubstr("layer 'l_1'"));
}

}  // namespace
}  // namespace trireme
