// SPDX-License-Identifier: Apache-2.0
// TensorFlow Lite's integer algorithms: single operators against what TensorFlow Lite 2.9 answered (uint8,
// the codes below, parameters as written), and codes of other types by hand.
#include <gtest/gtest.h>

#include "tests/model/reference_run.h"

namespace trireme {
namespace {

using test::Chain;
using test::u8;

using Codes = std::vector<std::uint8_t>;

const Codes kX = {0, 17, 40, 77, 100, 116, 125, 128, 130, 141, 166, 190, 211, 230, 254, 255};
const Codes kY = {255, 3, 88, 77, 1, 190, 30, 128, 0, 14, 201, 64, 77, 99, 254, 127};

Codes answer(const std::string& op, const std::any& attributes, const Quantization& in,
             const Quantization& out, bool with_second = false) {
  Chain chain({1, 16}, in);
  std::vector<ValueId> constants;
  if (with_second) {
    const Quantization q = u8(0.021F, 99);
    constants = {chain.constant("b", dequantize(Tensor::of<std::uint8_t>({1, 16}, kY), q), q)};
  }
  chain.add("op", op, attributes, constants, out);
  return test::run(chain.graph, Tensor::of<std::uint8_t>({1, 16}, kX), RequantRule::tflite);
}

TEST(TfliteOperators, AnswerAsTensorFlowLite) {
  const Quantization in = u8(0.05F, 121), out = u8(0.07F, 130);
  EXPECT_EQ(answer("softmax", SoftmaxAttributes{1}, u8(0.03F, 128), u8(1.0F / 256, 0)),
            (Codes{0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 6, 12, 22, 40, 81, 84}));
  EXPECT_EQ(answer("sigmoid", {}, in, u8(1.0F / 256, 0)),
            (Codes{1, 1, 4, 26, 66, 112, 141, 150, 156, 187, 232, 248, 253, 255, 255, 255}));
  EXPECT_EQ(answer("tanh", {}, u8(0.02F, 121), u8(1.0F / 128, 128)),
            (Codes{2, 4, 10, 38, 77, 115, 138, 146, 151, 177, 220, 241, 249, 253, 255, 255}));
  EXPECT_EQ(answer("leakyrelu", LeakyReluAttributes{0.13F}, in, u8(0.031F, 90)),
            (Codes{65, 68, 73, 81, 85, 89, 96, 101, 105, 122, 163, 201, 235, 255, 255, 255}));
  EXPECT_EQ(answer("add", {}, in, out, true),
            (Codes{90, 27, 69, 92, 86, 154, 112, 144, 107, 119, 193, 169, 188, 208, 255, 234}));
  EXPECT_EQ(answer("multiply", {}, in, out, true),
            (Codes{0, 255, 143, 145, 161, 123, 126, 133, 117, 104, 199, 94, 100, 130, 255, 186}));
}

Quantization signed_codes(DataType type, float scale, std::int32_t zero_point) {
  Quantization q = u8(scale, zero_point);
  q.dtype = type;
  return q;
}

// int8, a scale a channel: x = {10, -20} + 5 = {15, -15}; w = {2, 1} and {-3, 4}: 15 and -105; bias 5 and 0:
// 20 * (0.5 * 0.25 / 0.5 = 0.25) = 5; -105 * (0.5 * 1 / 0.5 = 1) = -105; zero point -30: -25 and -128
// (clamped).
TEST(QuantizedFullconnect, Int8WithAScaleAChannel) {
  Chain chain({1, 2}, signed_codes(DataType::int8, 0.5F, -5));
  Quantization qw = signed_codes(DataType::int8, 0, 0);
  qw.scale = {0.25F, 1};
  qw.zero_point = {0, 0};
  qw.channel_axis = 0;
  const ValueId w = chain.constant("w", Tensor::of<std::int8_t>({2, 2}, {2, 1, -3, 4}), qw);
  const ValueId b = chain.constant("b", Tensor::of<std::int32_t>({2}, {5, 0}), test::i32(0.125F));
  for (const ValueId id : {w, b})
    chain.graph.values[id].dtype = DataType::float32;  // the constants are codes
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {w, b}, signed_codes(DataType::int8, 0.5F, -30));
  ExecuteOptions options;
  options.quantized = true;
  for (const RequantRule rule : {RequantRule::onnx, RequantRule::tflite, RequantRule::vipf}) {
    options.rule = rule;
    const Tensor y = execute(chain.graph, {Tensor::of<std::int8_t>({1, 2}, {10, -20})}, options).at(0);
    ASSERT_EQ(y.dtype, DataType::int8);
    EXPECT_EQ(y.data<std::int8_t>()[0], -25);
    EXPECT_EQ(y.data<std::int8_t>()[1], -128);
  }
}

ValueId coded_constant(Chain& chain, const std::string& name, Tensor codes, const Quantization& q) {
  const ValueId id = chain.constant(name, std::move(codes), q);
  chain.graph.values[id].dtype = DataType::float32;
  return id;
}

std::vector<int> int8_answer(const Graph& graph, const Tensor& in) {
  ExecuteOptions options;
  options.quantized = true;
  options.rule = RequantRule::tflite;
  const Tensor y = execute(graph, {in}, options).at(0);
  const auto* data = y.data<std::int8_t>();
  return {data, data + y.size()};
}

// TensorFlow Lite 2.9 answered: TRANSPOSE_CONV, SAME, stride 2, kernel 3x2, a scale a channel, a bias.
TEST(TfliteOperators, TransposedConvolutionOfInt8) {
  Chain chain({1, 2, 2, 2}, signed_codes(DataType::int8, 0.05F, -7));
  Quantization qw = signed_codes(DataType::int8, 0, 0);
  qw.scale = {0.004F, 0.009F};
  qw.zero_point = {0, 0};
  qw.channel_axis = 1;
  const ValueId w = coded_constant(
      chain, "w",
      Tensor::of<std::int8_t>({2, 2, 3, 2}, {-112, 34, 75,  93,  119, -36, -44, -80,  105, -74, 59, 61,
                                             73,   13, -65, -42, -46, -28, 77,  -104, -32, 74,  66, 27}),
      qw);
  Quantization qb = signed_codes(DataType::int32, 0, 0);
  qb.scale = {0.05F * 0.004F, 0.05F * 0.009F};
  qb.zero_point = {0, 0};
  qb.channel_axis = 0;
  const ValueId b = coded_constant(chain, "b", Tensor::of<std::int32_t>({2}, {847, -665}), qb);
  DeconvolutionAttributes a;
  a.window.kernel_h = 3;
  a.window.kernel_w = 2;
  a.window.stride_h = a.window.stride_w = 2;
  a.window.pad_bottom = 1;
  chain.add("deconv", "deconvolution", a, {w, b}, signed_codes(DataType::int8, 0.6F, 11));
  EXPECT_EQ(
      int8_answer(chain.graph, Tensor::of<std::int8_t>({1, 2, 2, 2}, {69, 44, -13, -76, -36, 94, 122, 53})),
      (std::vector<int>{8, 12, 12, 12, 14, 14, 10, 11, 18, 11, 16, 9,  8, 9,  8, 8,
                        6, 8,  15, 0,  17, 5,  12, 13, 20, 4,  23, 14, 7, 18, 4, 18}));
}

// TensorFlow Lite 2.9 answered: BATCH_MATMUL.
TEST(TfliteOperators, ProductOfInt8) {
  Chain chain({1, 2, 3}, signed_codes(DataType::int8, 0.03F, 5));
  const ValueId b = coded_constant(
      chain, "b",
      Tensor::of<std::int8_t>({1, 3, 4}, {-11, -42, -62, -38, -43, -29, 35, -99, 12, -81, 12, 65}),
      signed_codes(DataType::int8, 0.021F, -40));
  chain.add("product", "matmul", {}, {b}, signed_codes(DataType::int8, 0.2F, -3));
  EXPECT_EQ(int8_answer(chain.graph, Tensor::of<std::int8_t>({1, 2, 3}, {-92, -87, -118, 96, -82, -87})),
            (std::vector<int>{-31, 10, -38, -27, -9, 5, -45, -17}));
}

// int16 data, sums beyond 32 bits: (4 * 32767 * 100 + 2^34) * 2^-10 * 2^-10 / 1 = 12.4996 + 16384 -> 16396.
TEST(QuantizedFullconnect, Int16SumsInSixtyFourBits) {
  Chain chain({1, 4}, signed_codes(DataType::int16, 0x1p-10F, 0));
  const ValueId w = chain.constant("w", Tensor::of<std::int8_t>({1, 4}, {100, 100, 100, 100}),
                                   signed_codes(DataType::int8, 0x1p-10F, 0));
  const ValueId b = chain.constant("b", Tensor::of<std::int64_t>({1}, {std::int64_t{1} << 34}),
                                   signed_codes(DataType::int64, 0x1p-20F, 0));
  for (const ValueId id : {w, b})
    chain.graph.values[id].dtype = DataType::float32;  // the constants are codes
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {w, b}, signed_codes(DataType::int16, 1, 0));
  ExecuteOptions options;
  options.quantized = true;
  for (const RequantRule rule : {RequantRule::tflite, RequantRule::vip8}) {
    options.rule = rule;
    const Tensor x = Tensor::of<std::int16_t>({1, 4}, {32767, 32767, 32767, 32767});
    EXPECT_EQ(execute(chain.graph, {x}, options).at(0).data<std::int16_t>()[0], 16396);
  }
}

}  // namespace
}  // namespace trireme
