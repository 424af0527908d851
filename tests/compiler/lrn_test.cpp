// SPDX-License-Identifier: Apache-2.0
// Local response normalization of 8-bit codes runs on the TP and computes the reference's codes.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "compiler/place/place.h"
#include "sim/tp/lrn.h"
#include "tests/compiler/codes_run.h"

namespace trireme {
namespace {

using namespace test;
using ::testing::HasSubstr;

constexpr RequantRule kRules[] = {RequantRule::vip7,       RequantRule::vip8,   RequantRule::vipf,
                                  RequantRule::onnx,       RequantRule::tflite, RequantRule::tflm,
                                  RequantRule::tflm_single};

// A number of the list, or any in [0, limit): those of the list make quotients exact, so that codes are ties.
float number(Random& random, std::initializer_list<float> list, float limit) {
  const auto count = static_cast<int>(list.size());
  const int which = random.below(2 * count);
  return which < count ? *(list.begin() + which) : std::fabs(random.real()) * limit;
}

LrnAttributes random_attributes(Random& random) {
  LrnAttributes a;
  a.size = 1 + random.below(12);
  a.alpha = number(random, {0, 1e-4F, 0.5F, 1, static_cast<float>(a.size)}, 4);
  a.beta = number(random, {0, 0.5F, 0.75F, 1, 2}, 3);
  a.bias = number(random, {1, 2, 0.25F, 9}, 8) + 1e-6F;
  if (random.below(4) != 0) a.bias -= 1e-6F;
  if (!(a.bias > 0)) a.bias = 1;
  return a;
}

Quantization random_codes(Random& random, float largest_scale) {
  const DataType type = random.below(2) == 0 ? DataType::uint8 : DataType::int8;
  const int zero_point = random.below(256) - (type == DataType::int8 ? 128 : 0);
  return codes(type, {number(random, {1, 0.5F, 0.0625F, 0.25F}, 1) * largest_scale + 1e-5F}, {zero_point});
}

Graph random_lrn(Random& random) {
  const Shape shape = {1, 1 + random.below(9), 1 + random.below(3), 1 + random.below(5)};
  const Quantization in = random_codes(random, random.below(2) == 0 ? 1 : 0.1F);
  return one_node("localresponsenormalization", random_attributes(random), {{shape, DataType::float32, in}},
                  {{shape, DataType::float32, random_codes(random, 0.125F)}});
}

TensorView view_of(const Value& value) {
  const Shape& s = value.shape;
  const Quantization& q = value.quantization;
  TensorView view{};
  view.width = static_cast<std::uint16_t>(s[3]), view.height = static_cast<std::uint16_t>(s[2]);
  view.channels = static_cast<std::uint32_t>(s[1]);
  view.dtype = static_cast<std::uint8_t>(q.dtype);
  view.zero_point = static_cast<std::int16_t>(q.zero_point[0]);
  return view;
}

Bytes normalized(const Graph& graph, const Tensor& input) {
  const Node& node = graph.nodes[0];
  const auto& a = attributes<LrnAttributes>(node);
  const Value &in = graph.values[node.inputs[0]], &out = graph.values[node.outputs[0]];
  TpJob job{};
  job.input = view_of(in), job.output = view_of(out);
  job.input_scale = in.quantization.scale[0], job.output_scale = out.quantization.scale[0];
  job.lrn = {a.alpha, a.beta, a.bias, static_cast<std::uint32_t>(a.size)};
  const int low = out.quantization.dtype == DataType::int8 ? -128 : 0;
  job.post.clamp_low = low, job.post.clamp_high = low + 255;
  return stored_codes(normalize(job, codes_of(input.bytes, job.input.dtype)), job.output.dtype);
}

TEST(Lrn, ThousandsOfMapsHaveTheCodesOfTheReference) {
  Random random(11);
  ExecuteOptions options;
  options.quantized = true;
  std::size_t middle = 0;  // codes that are no clamped ones
  for (int i = 0; i < 6000; ++i) {
    const Graph graph = random_lrn(random);
    const Node& node = graph.nodes[0];
    const Tensor input = random_operand(random, graph.values[node.inputs[0]]);
    const Bytes expected = execute_node(graph, node, {&input}, options).at(0).bytes;
    const auto& a = attributes<LrnAttributes>(node);
    ASSERT_EQ(normalized(graph, input), expected)
        << fmt::format("case {}: size {} alpha {} beta {} bias {}", i, a.size, a.alpha, a.beta, a.bias);
    const bool is_signed = graph.values[node.outputs[0]].quantization.dtype == DataType::int8;
    for (const std::uint8_t code : expected)
      middle += code != (is_signed ? 127 : 255) && code != (is_signed ? 128 : 0) ? 1 : 0;
  }
  EXPECT_GT(middle, 100000U);
}

TEST(Lrn, RunsOnTheTpUnderEveryRule) {
  Random random(12);
  std::uint64_t seed = 1;
  for (int i = 0; i < 10; ++i) {
    for (const RequantRule rule : kRules)
      expect_reference_codes(random_lrn(random), rule, {Engine::tp}, seed++);
  }
}

Graph lrn(const Shape& shape, const LrnAttributes& attr, DataType type = DataType::uint8) {
  const Quantization q = codes(type, {0.1F}, {3});
  return one_node("localresponsenormalization", attr, {{shape, DataType::float32, q}},
                  {{shape, DataType::float32, q}});
}

// Two images are two jobs.
TEST(Lrn, EveryImageIsAJob) {
  expect_reference_codes(lrn({2, 6, 3, 5}, {}), RequantRule::vipf, {Engine::tp, Engine::tp});
}

std::string reason(const Graph& graph, const Chip& chip) {
  Graph whole = graph;
  whole.inputs = whole.nodes[0].inputs, whole.outputs = whole.nodes[0].outputs;
  const PlannedLayer layer = place(whole, chip, RequantRule::vipf, Ties::half_up).layers.at(0);
  return std::string(name_of(engine_of(layer.jobs.at(0).job))) + ": " + layer.reason;
}

TEST(Lrn, OtherFormsRunElsewhere) {
  Chip chip = test::test_chip();
  EXPECT_EQ(reason(lrn({1, 6, 3, 5}, {}), chip), "TP: the tensor processor normalizes over 5 channels");
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {5, 1, -1, 1}), chip), HasSubstr("SH: "));
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {5, 1, -1, 1}), chip), HasSubstr("its beta -1"));
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {5, 1, 1, 0}), chip), HasSubstr("its bias 0"));
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {256, 1, 1, 1}), chip), HasSubstr("its window has 256 channels"));
  EXPECT_THAT(reason(lrn({1, 6, 15}, {}), chip), HasSubstr("[N,C,H,W]"));
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {}, DataType::int16), chip), HasSubstr("CPU: "));
  chip.tp.cores = 0;
  chip.tp.lite_cores = 2;
  EXPECT_THAT(reason(lrn({1, 6, 3, 5}, {}), chip), HasSubstr("no full tensor processor core"));
}

}  // namespace
}  // namespace trireme
