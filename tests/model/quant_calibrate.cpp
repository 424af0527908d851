// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/quantize/roles.h"
#include "model/reference/execute.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::Chain;
using test::u8;
using ::testing::HasSubstr;

// 0 … 2.55: scale 0.01. -1 … 1: scale 2/255, zero point 127.5 -> 128 (half to even). 2 … 5 extends to 0 … 5.
TEST(AffineU8, ByHand) {
  EXPECT_TRUE(same_parameters(affine_u8(0, 2.55F), u8(0.01F, 0)));
  EXPECT_TRUE(same_parameters(affine_u8(-1, 1), u8(2.0F / 255, 128)));
  EXPECT_TRUE(same_parameters(affine_u8(2, 5), u8(5.0F / 255, 0)));
  EXPECT_EQ(affine_u8(2, 5).min, 0);
  EXPECT_TRUE(same_parameters(affine_u8(-5, -2), u8(5.0F / 255, 255)));
  EXPECT_TRUE(same_parameters(affine_u8(-1, 3), u8(4.0F / 255, 64)));  // 255/4 = 63.75
  EXPECT_EQ(affine_u8(-1, 3).max, 3);
}

// Symmetric ranges all tie at 127.5; scale rounded to float32 must not move any of them.
TEST(AffineU8, SymmetricRangesAllGive128) {
  for (float bound = 0.001F; bound < 1000; bound *= 1.37F)
    EXPECT_EQ(affine_u8(-bound, bound).zero_point[0], 128) << bound;
}

TEST(AffineU8, DegenerateAndExtremeRanges) {
  EXPECT_TRUE(same_parameters(affine_u8(0, 0), u8(1, 0)));
  EXPECT_TRUE(same_parameters(affine_u8(0, 1e-40F), u8(1, 0)));
  const float largest = std::numeric_limits<float>::max();
  EXPECT_TRUE(std::isfinite(affine_u8(-largest, largest).scale[0]));
  EXPECT_EQ(affine_u8(-largest, largest).zero_point[0], 128);
}

std::function<bool(std::vector<Tensor>&)> samples_of(std::vector<Tensor> list) {
  return [list, next = std::size_t{0}](std::vector<Tensor>& inputs) mutable {
    if (next == list.size()) return false;
    inputs = {list[next++]};
    return true;
  };
}

// fc: y = 2 x0 - x1 + 0.5, then relu.
Chain network() {
  Chain chain({1, 2});
  const ValueId w = chain.constant("w", Tensor::of<float>({1, 2}, {2, -1}));
  const ValueId b = chain.constant("b", Tensor::of<float>({1}, {0.5F}));
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {w, b});
  chain.add("relu", "relu", {});
  return chain;
}

Tensor pair(float a, float b) { return Tensor::of<float>({1, 2}, {a, b}); }

// Samples {1, 3}: y = -0.5; {4, -1}: y = 9.5. Input -1 … 4, relu 0 … 9.5, and fc takes relu's.
// Weights -1 … 2: scale 3/255, zero 85. Bias scale 5/255 * 3/255.
TEST(QuantizeGraph, RangesByHand) {
  Chain chain = network();
  EXPECT_EQ(quantize_graph(chain.graph, {}, samples_of({pair(1, 3), pair(4, -1)})), 2);
  EXPECT_TRUE(same_parameters(chain.value("input").quantization, u8(5.0F / 255, 51)));
  EXPECT_TRUE(same_parameters(chain.value("w").quantization, u8(3.0F / 255, 85)));
  EXPECT_TRUE(same_parameters(chain.value("relu:out").quantization, u8(9.5F / 255, 0)));
  EXPECT_TRUE(same_parameters(chain.value("fc:out").quantization, chain.value("relu:out").quantization));
  const Quantization& bias = chain.value("b").quantization;
  EXPECT_TRUE(same_parameters(bias, test::i32((5.0F / 255) * (3.0F / 255))));
  EXPECT_DOUBLE_EQ(bias.max, 2147483647.0 * static_cast<double>(bias.scale[0]));  // formats.md §4.3
  EXPECT_DOUBLE_EQ(bias.min, -2147483648.0 * static_cast<double>(bias.scale[0]));
}

// Maxima 1, then 3: 1 + 0.25 (3 - 1) = 1.5. Minima 0, then -2: -0.5.
TEST(QuantizeGraph, MovingAverage) {
  Chain chain = network();
  QuantizeOptions options;
  options.algorithm = "moving_average";
  options.moving_average_weight = 0.25;
  quantize_graph(chain.graph, options, samples_of({pair(0, 1), pair(-2, 3)}));
  EXPECT_EQ(chain.value("input").quantization.max, 1.5);
  EXPECT_EQ(chain.value("input").quantization.min, -0.5);
}

// The same samples (RangesByHand). Input up to 4: fl = 15 - log2 4 = 13. Weights up to 2: 15 - 1 = 14. relu
// and so fc up to 9.5: 15 - 4 = 11. Bias: 13 + 14 = 27 in 64 bits, up to 2^63 / 2^27 (formats.md §4.3).
TEST(QuantizeGraph, FixedPointOfSixteenBitsByHand) {
  Chain chain = network();
  QuantizeOptions options;
  options.quantizer = "dynamic_fixed_point";
  options.qtype = "int16";
  quantize_graph(chain.graph, options, samples_of({pair(1, 3), pair(4, -1)}));
  EXPECT_EQ(to_string(chain.value("input").quantization), "i16 fl=13");
  EXPECT_EQ(to_string(chain.value("w").quantization), "i16 fl=14");
  EXPECT_EQ(to_string(chain.value("relu:out").quantization), "i16 fl=11");
  EXPECT_EQ(to_string(chain.value("fc:out").quantization), "i16 fl=11");
  EXPECT_EQ(to_string(chain.value("b").quantization), "i64 fl=27");
  EXPECT_EQ(chain.value("b").quantization.max, 68719476736.0);
}

// ceil(log2 x): 3 bits before the point for 8, 4 for what is above; all zero keeps every bit behind it.
TEST(QuantizeGraph, FixedPointAtPowersOfTwo) {
  EXPECT_EQ(fixed_point(-8, 1, DataType::int16).fl, 12);
  EXPECT_EQ(fixed_point(-1, 8.5F, DataType::int16).fl, 11);
  EXPECT_EQ(fixed_point(-1, 8, DataType::int8).fl, 4);
  EXPECT_EQ(fixed_point(0, 0.25F, DataType::int8).fl, 9);
  EXPECT_EQ(fixed_point(0, 100000, DataType::int16).fl, -2);
  EXPECT_EQ(fixed_point(0, 0, DataType::int16).fl, 15);
}

std::string message_of(const QuantizeOptions& options, std::vector<Tensor> samples) {
  Chain chain = network();
  try {
    quantize_graph(chain.graph, options, samples_of(std::move(samples)));
  } catch (const Error& error) {
    EXPECT_FALSE(is_quantized(chain.graph)) << "a failed calibration must leave the graph alone";
    return error.what();
  }
  return "no error";
}

TEST(QuantizeGraph, SaysWhatItCannotDo) {
  QuantizeOptions other;
  other.quantizer = "dynamic_fixed_point";
  other.qtype = "uint8";
  EXPECT_THAT(message_of(other, {pair(1, 2)}),
              HasSubstr("'dynamic_fixed_point' with 'uint8' is not part of this version"));
  EXPECT_THAT(message_of({}, {}), HasSubstr("no sample"));
  EXPECT_THAT(message_of({}, {pair(1, std::nanf(""))}),
              HasSubstr("value 'input' of sample 1: element 1 is nan"));
  EXPECT_THAT(message_of({}, {pair(1, 2), pair(1e38F, -1e38F), pair(3e38F, -3e38F)}),
              HasSubstr("value 'fc:out' of sample 3"));
}

// One weight used by two layers with different inputs: each gets its own bias scale.
TEST(QuantizeGraph, SharedConstantsAreSeparated) {
  Chain chain({1, 2});
  const ValueId w = chain.constant("w", Tensor::of<float>({2, 2}, {1, 0, 0, 10}));
  const ValueId b = chain.constant("b", Tensor::of<float>({2}, {1, 1}));
  chain.add("a", "fullconnect", FullconnectAttributes{}, {w, b});
  chain.add("b2", "fullconnect", FullconnectAttributes{}, {w, b});
  quantize_graph(chain.graph, {}, samples_of({pair(1, 1)}));
  const Node& first = chain.graph.nodes[0];
  const Node& second = chain.graph.nodes[1];
  EXPECT_NE(first.inputs[2], second.inputs[2]);
  for (const Node* node : {&first, &second}) {
    const auto scale = [&](std::size_t i) {
      return chain.graph.values[node->inputs[i]].quantization.scale[0];
    };
    EXPECT_EQ(scale(2), scale(0) * scale(1));
  }
  verify(chain.graph);
}

// A network quantized on its own data stays within a few steps of the float one.
TEST(QuantizeGraph, QuantizedExecutionFollowsTheFloatOne) {
  test::Random random(5);
  Chain chain({1, 3, 8, 8});
  const auto random_tensor = [&](const Shape& shape) {
    Tensor tensor(DataType::float32, shape);
    for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.data<float>()[i] = random.real(-1, 1);
    return tensor;
  };
  ConvolutionAttributes conv;
  conv.window.kernel_h = conv.window.kernel_w = 3;
  PoolingAttributes pool;
  pool.window.kernel_h = pool.window.kernel_w = pool.window.stride_h = pool.window.stride_w = 2;
  const ValueId w1 = chain.constant("w1", random_tensor({8, 3, 3, 3}));
  const ValueId b1 = chain.constant("b1", random_tensor({8}));
  const ValueId w2 = chain.constant("w2", random_tensor({5, 72}));
  chain.add("conv", "convolution", conv, {w1, b1}).add("relu", "relu", {}).add("pool", "pooling", pool);
  chain.add("fc", "fullconnect", FullconnectAttributes{}, {w2});
  const Tensor in = random_tensor({1, 3, 8, 8});
  const Tensor real = execute(chain.graph, {in}, {}).at(0);
  quantize_graph(chain.graph, {}, samples_of({in}));
  ExecuteOptions options;
  options.quantized = true;
  for (const std::string& rule : requant_rule_names()) {
    options.rule = parse_requant_rule(rule, "");
    const Quantization& q = chain.value("fc:out").quantization;
    const Tensor back = dequantize(execute(chain.graph, {in}, options).at(0), q);
    for (std::int64_t i = 0; i < real.size(); ++i)
      EXPECT_NEAR(element(back, i), element(real, i), 4 * static_cast<double>(q.scale[0])) << rule;
  }
}

}  // namespace
}  // namespace trireme
