// SPDX-License-Identifier: Apache-2.0
#include "model/quant/quantization.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/quant/rounding.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::codes;
using test::u8;

TEST(Rounding, TiesAndSaturation) {
  EXPECT_EQ(round_to_int64(2.5, Ties::half_up), 3);
  EXPECT_EQ(round_to_int64(-2.5, Ties::half_up), -2);
  EXPECT_EQ(round_to_int64(2.5, Ties::half_even), 2);
  EXPECT_EQ(round_to_int64(-3.5, Ties::half_even), -4);
  EXPECT_EQ(round_to_int64(-2.5, Ties::half_away), -3);
  EXPECT_EQ(round_to_int64(-0.5, Ties::half_up), 0);
  EXPECT_EQ(round_to_int64(0.49999999999999994, Ties::half_up), 0);  // + 0.5 would be 1 in double
  EXPECT_EQ(round_to_int64(-0.75, Ties::half_up), -1);
  EXPECT_EQ(round_to_int64(4503599627370497.5, Ties::half_even), 4503599627370498);
  EXPECT_EQ(round_to_int64(1e300, Ties::half_up), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(round_to_int64(-1e300, Ties::half_up), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(round_to_int64(std::nan(""), Ties::half_up), 0);
  EXPECT_EQ(round_to_int32(2147483647.5, Ties::half_up), std::numeric_limits<std::int32_t>::max());
}

// x / 0.5 + 10: 0.25 -> 0.5 -> 0 (even) -> 10; 0.75 -> 1.5 -> 2 -> 12; -6 -> -2 clamped to 0; 1000 -> 255.
TEST(Quantize, ByHand) {
  const float infinite = std::numeric_limits<float>::infinity();
  const Tensor real = Tensor::of<float>({8}, {0, 0.25F, 0.75F, -6, 1000, std::nanf(""), infinite, -infinite});
  EXPECT_EQ(codes(quantize(real, u8(0.5F, 10))), (std::vector<std::uint8_t>{10, 10, 12, 0, 255, 10, 255, 0}));
  const Tensor back = dequantize(Tensor::of<std::uint8_t>({3}, {0, 10, 255}), u8(0.5F, 10));
  EXPECT_EQ(test::reals(back), (std::vector<float>{-5, 0, 122.5F}));
}

// 1 / 3 in float32 and float32 division: 0.5 * 3 = 1.5 exactly, whose neighbours in double division are not
// ties. A bias divides in double: 0.1f / 1e-9f = 100000000.58…, which float32 would round to 100000000.
TEST(Quantize, DividesInFloatForCodesInDoubleForBiases) {
  const Tensor real = Tensor::of<float>({1}, {0.1F});
  const std::int32_t bias = quantize(real, test::i32(1e-9F)).data<std::int32_t>()[0];
  EXPECT_EQ(bias, static_cast<std::int32_t>(
                      std::nearbyint(static_cast<double>(0.1F) / static_cast<double>(1e-9F))));
  EXPECT_NE(bias, static_cast<std::int32_t>(std::nearbyint(0.1F / 1e-9F)));
  // 4.5 steps of 0.1f in float32 (0.45f / 0.1f = 4.5 exactly, to 4); in double it is 4.49999993…
  EXPECT_EQ(codes(quantize(Tensor::of<float>({1}, {0.35F}), u8(0.1F, 0))),
            (std::vector<std::uint8_t>{static_cast<std::uint8_t>(std::nearbyint(0.35F / 0.1F))}));
  const Tensor large = Tensor::of<float>({2}, {1e20F, -1e20F});
  EXPECT_EQ(quantize(large, test::i32(1)).data<std::int32_t>()[0], std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(quantize(large, test::i32(1)).data<std::int32_t>()[1], std::numeric_limits<std::int32_t>::min());
}

// Axis 0 of [2,2]: {1, 2} with scale 1, {1, 2} with scale 0.5.
TEST(Quantize, PerChannel) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = DataType::int8;
  q.scale = {1, 0.5F};
  q.zero_point = {0, 0};
  q.channel_axis = 0;
  const Tensor integers = quantize(Tensor::of<float>({2, 2}, {1, 2, 1, 2}), q);
  const auto* data = integers.data<std::int8_t>();
  EXPECT_EQ(std::vector<int>(data, data + 4), (std::vector<int>{1, 2, 2, 4}));
  q.channel_axis = 1;
  EXPECT_EQ(test::reals(dequantize(integers, q)), (std::vector<float>{1, 1, 2, 2}));
}

// fl = 4: steps of 1/16. 1.53125 = 24.5 steps -> 24 (even); 1e9 saturates.
TEST(Quantize, DynamicFixedPoint) {
  Quantization q;
  q.scheme = Quantization::Scheme::fixed_point;
  q.dtype = DataType::int16;
  q.fl = 4;
  const Tensor integers = quantize(Tensor::of<float>({3}, {1.53125F, -1, 1e9F}), q);
  EXPECT_EQ(element(integers, 0), 24);
  EXPECT_EQ(element(integers, 1), -16);
  EXPECT_EQ(element(integers, 2), 32767);
  EXPECT_EQ(test::reals(dequantize(integers, q))[0], 1.5F);
}

TEST(Quantization, SameParametersIgnoresTheObservedRange) {
  Quantization a = u8(0.5F, 3);
  Quantization b = a;
  b.max = 7;
  EXPECT_TRUE(same_parameters(a, b));
  b.zero_point = {4};
  EXPECT_FALSE(same_parameters(a, b));
  EXPECT_EQ(to_string(a), "u8 scale=0.5 zp=3");
}

TEST(RequantRule, NamesAndMistakes) {
  for (const std::string& name : requant_rule_names()) {
    EXPECT_EQ(name_of(parse_requant_rule(name, "")), name);
    EXPECT_NE(std::string(confidence_of(parse_requant_rule(name, ""))), "");
  }
  EXPECT_EQ(requant_rule_names().size(), 7U);
  for (const Ties ties : {Ties::half_up, Ties::half_even, Ties::half_away})
    EXPECT_EQ(parse_ties(name_of(ties), ""), ties);
  try {
    parse_requant_rule("vipx", "--requant");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.problems()[0].where, "--requant");
    EXPECT_NE(error.problems()[0].hint.find("vip"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace trireme
