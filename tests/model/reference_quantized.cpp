// SPDX-License-Identifier: Apache-2.0
// Quantized execution: small cases by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "model/quantize/calibrate.h"
#include "model/reference/execute.h"
#include "tensor/half.h"
#include "tests/model/reference_run.h"

namespace trireme {
namespace {

using test::Chain;
using test::codes;
using test::Random;
using test::random_codes;
using test::run;
using test::u8;

// x = {10, 20} - 5 = {5, 15}; w row 0 = {3, 1} - 2 = {1, -1}: -10 + bias 4 = -6; row 1 = {2, 4} - 2 = {0, 2}:
// 30 - 3 = 27. factor 0.5 * 0.5 / 0.5 = 0.5: -3 and 13.5 -> 14 (half up), zero point 10: 7 and 24.
TEST(QuantizedFullconnect, ByHand) {
  Chain chain({1, 2}, u8(0.5F, 5));
  const Quantization qw = u8(0.5F, 2);
  const ValueId w = chain.constant("w", dequantize(Tensor::of<std::uint8_t>({2, 2}, {3, 1, 2, 4}), qw), qw);
  const Quantization qb = test::i32(0.25F);
  const ValueId b = chain.constant("b", dequantize(Tensor::of<std::int32_t>({2}, {4, -3}), qb), qb);
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {w, b}, u8(0.5F, 10));
  const Tensor x = Tensor::of<std::uint8_t>({1, 2}, {10, 20});
  EXPECT_EQ(run(chain.graph, x), (std::vector<std::uint8_t>{7, 24}));
  EXPECT_EQ(run(chain.graph, x, RequantRule::onnx),
            (std::vector<std::uint8_t>{7, 24}));  // 13.5 -> 14: even too
}

// {9, 3} of a graph input in float32: quantized by its parameters, 9 / 0.5 + 5 = 23 and 3 / 0.5 + 5 = 11.
TEST(QuantizedExecute, QuantizesFloatInputs) {
  Chain chain({1, 2}, u8(0.5F, 5));
  chain.add("relu", "relu", {}, {}, u8(0.5F, 5));
  ExecuteOptions options;
  options.quantized = true;
  const auto outputs = execute(chain.graph, {Tensor::of<float>({1, 2}, {9, -3})}, options);
  EXPECT_EQ(codes(outputs[0]),
            (std::vector<std::uint8_t>{23, 5}));  // -3 is code 0 (-1 clamped), relu lifts it to 5
}

Chain pool(PoolingAttributes::Type type, bool include_pad, Quantization q) {
  PoolingAttributes attributes;
  attributes.type = type;
  attributes.count_include_pad = include_pad;
  attributes.window.kernel_h = attributes.window.kernel_w = 2;
  attributes.window.stride_h = attributes.window.stride_w = 2;
  attributes.window.pad_top = attributes.window.pad_left = 1;
  Chain chain({1, 1, 3, 3}, u8(0.5F, 10));
  chain.add("pool", "pooling", attributes, {}, std::move(q));
  return chain;
}

const Tensor& nine() {
  static const Tensor tensor = Tensor::of<std::uint8_t>({1, 1, 3, 3}, {11, 12, 13, 4, 15, 16, 7, 28, 19});
  return tensor;
}

// Padding above and left: windows {11}, {12, 13}, {4, 7}, {15, 16, 28, 19}.
TEST(QuantizedPooling, ByHand) {
  using Type = PoolingAttributes::Type;
  const Quantization same = u8(0.5F, 10);
  EXPECT_EQ(run(pool(Type::max, false, same).graph, nine()), (std::vector<std::uint8_t>{11, 13, 7, 28}));
  // max codes - 10 = 1, 3, -3, 18; factor 0.5 / 0.25 = 2; zero point 20
  EXPECT_EQ(run(pool(Type::max, false, u8(0.25F, 20)).graph, nine()),
            (std::vector<std::uint8_t>{22, 26, 14, 56}));
  // sums 1, 5, -9, 38 over 1, 2, 2, 4 elements: 1, 2.5 -> 3, -4.5 -> -4, 9.5 -> 10 (half up)
  EXPECT_EQ(run(pool(Type::avg, false, same).graph, nine()), (std::vector<std::uint8_t>{11, 13, 6, 20}));
  // over 4: 0.25 -> 0, 1.25 -> 1, -2.25 -> -2, 9.5 -> 10
  EXPECT_EQ(run(pool(Type::avg, true, same).graph, nine()), (std::vector<std::uint8_t>{10, 11, 8, 20}));
}

// Six codes 6 above zero, a pad on each side, windows of 3 at steps of 2, rounded up: 12/3, 18/3, 18/3, and
// the last window has one element, one pad and nothing behind it: 6/2.
TEST(QuantizedPooling, WindowBeyondThePadding) {
  PoolingAttributes a;
  a.type = PoolingAttributes::Type::avg;
  a.ceil_mode = a.count_include_pad = true;
  a.window.kernel_w = 3, a.window.stride_w = 2;
  a.window.pad_left = a.window.pad_right = 1;
  Chain chain({1, 1, 1, 6}, u8(0.5F, 10));
  chain.add("pool", "pooling", a, {}, u8(0.5F, 10));
  const Tensor x = Tensor::of<std::uint8_t>({1, 1, 1, 6}, {16, 16, 16, 16, 16, 16});
  EXPECT_EQ(run(chain.graph, x), (std::vector<std::uint8_t>{14, 16, 16, 13}));
}

// relun [-1, 2] with scale 0.5, zero 10: codes 8 to 14. Other input scale 0.25, zero 4: q - 4 halves.
TEST(QuantizedActivation, ClampsByHand) {
  const ClipAttributes clip{-1, 2};
  const Tensor x = Tensor::of<std::uint8_t>({1, 5}, {0, 5, 7, 12, 255});
  EXPECT_EQ(run(Chain({1, 5}, u8(0.5F, 10)).add("clip", "relun", clip, {}, u8(0.5F, 10)).graph, x),
            (std::vector<std::uint8_t>{8, 8, 8, 12, 14}));
  // -4, 1, 3, 8, 251 halved: -2, 0.5 -> 1, 1.5 -> 2, 4, 125.5 -> 126; plus 10: 8, 11, 12, 14, 136 -> 14
  EXPECT_EQ(run(Chain({1, 5}, u8(0.25F, 4)).add("clip", "relun", clip, {}, u8(0.5F, 10)).graph, x),
            (std::vector<std::uint8_t>{8, 11, 12, 14, 14}));
  // relu keeps 10 at least
  EXPECT_EQ(run(Chain({1, 5}, u8(0.25F, 4)).add("relu", "relu", {}, {}, u8(0.5F, 10)).graph, x),
            (std::vector<std::uint8_t>{10, 11, 12, 14, 136}));
}

// x = (q - 128) / 16. sigmoid(0) = 0.5 = 128/256; sigmoid(2) = 0.880797 * 256 = 225.48; sigmoid(-8) =
// 0.000335: 0.086. tanh with step 1/128 and zero 128: tanh(1) = 0.761594 * 128 = 97.48. leakyrelu 0.1: -16/16
// -> -0.1 * 16 = -1.6 -> -2.
TEST(QuantizedActivation, TablesByHand) {
  const Quantization in = u8(0.0625F, 128);
  const Tensor x = Tensor::of<std::uint8_t>({1, 4}, {128, 160, 0, 144});
  EXPECT_EQ(run(Chain({1, 4}, in).add("s", "sigmoid", {}, {}, u8(1.0F / 256, 0)).graph, x),
            (std::vector<std::uint8_t>{128, 225, 0, 187}));  // sigmoid(1) = 0.731059 * 256 = 187.15
  EXPECT_EQ(run(Chain({1, 4}, in).add("t", "tanh", {}, {}, u8(1.0F / 128, 128)).graph, x),
            (std::vector<std::uint8_t>{128, 251, 0, 225}));  // tanh(2) = 0.964028 * 128 = 123.4
  const Tensor y = Tensor::of<std::uint8_t>({1, 4}, {128, 160, 112, 0});
  EXPECT_EQ(run(Chain({1, 4}, in).add("l", "leakyrelu", LeakyReluAttributes{0.1F}, {}, in).graph, y),
            (std::vector<std::uint8_t>{128, 160, 126, 115}));  // -128/16 * 0.1 * 16 = -12.8 -> -13
}

// Two equal inputs: d = 0, p = 1, e = 1 each, S = (1 + 1) + (0 + 0), r = 0.5: float16 0x3800.
// Codes far apart: 255 steps of 1: t = -255 * 1.4427 limited to -126, e = 2^-126, its share rounds to 0 in
// float16.
TEST(QuantizedSoftmax, ByHand) {
  Quantization half;
  half.dtype = DataType::float16;
  Chain chain({2, 2}, u8(1, 3));
  chain.add("softmax", "softmax", SoftmaxAttributes{1}, {}, half);
  ExecuteOptions options;
  options.quantized = true;
  const Tensor y = execute(chain.graph, {Tensor::of<std::uint8_t>({2, 2}, {7, 7, 0, 255})}, options).at(0);
  ASSERT_EQ(y.dtype, DataType::float16);
  const auto* bits = y.data<std::uint16_t>();
  EXPECT_EQ(bits[0], 0x3800);
  EXPECT_EQ(bits[1], 0x3800);
  EXPECT_EQ(bits[2], 0x0000);
  EXPECT_EQ(bits[3], 0x3C00);
}

// Ten elements, against the definition in double: float16 has 11 bits, the polynomial is good to 2^-22.
TEST(QuantizedSoftmax, CloseToTheDefinition) {
  Random random(3);
  Quantization half;
  half.dtype = DataType::float16;
  Chain chain({1, 10, 3}, u8(0.07F, 100));
  chain.add("softmax", "softmax", SoftmaxAttributes{1}, {}, half);
  ExecuteOptions options;
  options.quantized = true;
  const Tensor x = random_codes(random, {1, 10, 3}, false);
  const Tensor y = execute(chain.graph, {x}, options).at(0);
  for (int column = 0; column < 3; ++column) {
    double sum = 0;
    for (int i = 0; i < 10; ++i) sum += std::exp(0.07 * x.data<std::uint8_t>()[i * 3 + column]);
    for (int i = 0; i < 10; ++i) {
      const double wanted = std::exp(0.07 * x.data<std::uint8_t>()[i * 3 + column]) / sum;
      EXPECT_NEAR(element(y, i * 3 + column), wanted, 1e-7 + wanted / 1500) << i;
    }
  }
}

// With the sharing rules, relu after a convolution clamps codes of equal parameters: what a fused engine does
// in its output stage, max(code, zero point) before storing, gives the same bits for every rule.
TEST(QuantizedExecute, FusedReluGivesTheSameBits) {
  Random random(21);
  for (const std::string& name : requant_rule_names()) {
    Chain chain({1, 3, 6, 6}, u8(0x1p-6F, 120));
    Tensor w(DataType::float32, {4, 3, 3, 3});
    for (std::int64_t i = 0; i < w.size(); ++i) w.data<float>()[i] = random.real(-1, 1);
    ConvolutionAttributes attributes;
    attributes.window.kernel_h = attributes.window.kernel_w = 3;
    const ValueId weight = chain.constant("w", w, affine_u8(-1, 1));
    chain.add("conv", "convolution", attributes, {weight}, u8(0.05F, 128));
    Chain alone = chain;
    chain.add("relu", "relu", {}, {}, u8(0.02F, 0));
    unify_quantization(chain.graph);
    alone.value("conv:out").quantization = u8(0.02F, 0);  // a fused job stores the activation's parameters
    const Tensor x = random_codes(random, {1, 3, 6, 6}, false);
    std::vector<std::uint8_t> fused = run(alone.graph, x, parse_requant_rule(name, ""));
    for (std::uint8_t& code : fused) code = std::max<std::uint8_t>(code, 0);
    EXPECT_EQ(run(chain.graph, x, parse_requant_rule(name, "")), fused) << name;
  }
}

std::string message_of(const Graph& graph, const std::vector<Tensor>& inputs, bool quantized = true) {
  ExecuteOptions options;
  options.quantized = quantized;
  try {
    execute(graph, inputs, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A sum has no arithmetic on codes of its own: dequantize, float32 add, quantize.
// (7 - 5) * 0.5 + 1 = 2 -> 4 + 5 = 9; (4 - 5) * 0.5 + 2 = 1.5 -> 3 + 5 = 8
TEST(QuantizedExecute, OperatorsWithoutIntegerArithmeticRunAsAGroup) {
  Chain chain({1, 2}, u8(0.5F, 5));
  const ValueId c = chain.constant("c", Tensor::of<float>({1, 2}, {1, 2}));
  chain.add("sum", "add", {}, {c}, u8(0.5F, 5));
  ExecuteOptions options;
  options.quantized = true;
  const std::vector<Tensor> out = execute(chain.graph, {Tensor::of<std::uint8_t>({1, 2}, {7, 4})}, options);
  EXPECT_EQ(std::vector<int>(out[0].bytes.begin(), out[0].bytes.end()), (std::vector<int>{9, 8}));
}

TEST(Execute, ChecksItsInputs) {
  Chain chain({1, 2});
  chain.add("relu", "relu", {});
  EXPECT_NE(message_of(chain.graph, {}, false).find("0 input tensors"), std::string::npos);
  EXPECT_NE(message_of(chain.graph, {Tensor(DataType::float32, {2})}, false).find("[2]"), std::string::npos);
  EXPECT_NE(message_of(chain.graph, {Tensor(DataType::uint8, {1, 2})}, false).find("uint8"),
            std::string::npos);
}

TEST(Execute, ObserverSeesInputsAndResultsInOrder) {
  Chain chain({1, 2});
  chain.add("a", "relu", {}).add("b", "sigmoid", {});
  std::vector<std::string> seen;
  execute(chain.graph, {Tensor::of<float>({1, 2}, {0, -1})}, {}, [&](ValueId id, const Tensor& tensor) {
    EXPECT_EQ(tensor.shape, (Shape{1, 2}));
    seen.push_back(chain.graph.values[id].name);
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"input", "a:out", "b:out"}));
}

}  // namespace
}  // namespace trireme
