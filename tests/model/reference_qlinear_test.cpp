// SPDX-License-Identifier: Apache-2.0
// Operators on codes as ONNX Runtime fuses them: inputs where its answer (stored here, of release 1.30) is
// not the one of dequantize -> float32 operator -> quantize, which stands beside it.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/reference_run.h"

namespace trireme {
namespace {

using test::Chain;
using test::codes;
using test::run;
using test::u8;
using Codes = std::vector<std::uint8_t>;

Codes combined(const std::string& op, const Codes& a, const Quantization& qa, const Codes& b,
               const Quantization& qb, const Quantization& qy, RequantRule rule = RequantRule::onnx) {
  const Shape shape = {static_cast<std::int64_t>(a.size())};
  Chain chain(shape, qa);
  const ValueId second = chain.constant("b", Tensor::of<std::uint8_t>(shape, b), qb);
  chain.graph.values[second].dtype = DataType::float32;  // what the codes stand for
  chain.add(op, op, {}, {second}, qy);
  return run(chain.graph, Tensor::of<std::uint8_t>(shape, a), rule);
}

// Groups have 3, 67. Without fused multiply-additions the last three would be 4, 16, 32.
TEST(QLinear, AddsByFusedMultiplyAdditions) {
  EXPECT_EQ(combined("add", {0}, u8(0.1F, 128), {7}, u8(0.1F, 128), u8(0.2F, 128)), Codes{4});
  EXPECT_EQ(combined("add", {0, 7, 12, 14}, u8(0.03F, 128), {95, 2, 17, 39}, u8(0.07F, 128), u8(0.1F, 128)),
            (Codes{66, 3, 15, 31}));
  EXPECT_EQ(combined("add", {0}, u8(0.1F, 128), {7}, u8(0.1F, 128), u8(0.2F, 128), RequantRule::vipf),
            Codes{3});
}

// Groups have 191, 189, 65, 189.
TEST(QLinear, MultipliesCentredCodes) {
  EXPECT_EQ(
      combined("multiply", {1, 3, 3, 5}, u8(0.1F, 128), {127, 127, 129, 127}, u8(0.1F, 128), u8(0.02F, 127)),
      (Codes{190, 190, 64, 188}));
}

Codes averages(const Shape& shape, const Codes& x) {
  PoolingAttributes attributes;
  attributes.type = PoolingAttributes::Type::avg;
  attributes.window.kernel_h = attributes.window.kernel_w = 2;
  attributes.window.stride_h = attributes.window.stride_w = 2;
  Chain chain(shape, u8(0.1F, 101));
  chain.add("pool", "pooling", attributes, {}, u8(0.1F, 101));
  return run(chain.graph, Tensor::of<std::uint8_t>(shape, x), RequantRule::onnx);
}

// Means 102.5 and 99.5, 1.5 above and below the zero point: rounded with it they are 102 and 100, as in a map
// of several windows; without it 103 and 99, as in a map that is one window.
TEST(QLinear, AveragesAMapOtherwiseThanItsWindows) {
  EXPECT_EQ(averages({1, 1, 2, 4}, {102, 103, 99, 100, 103, 102, 100, 99}), (Codes{102, 100}));
  EXPECT_EQ(averages({1, 1, 2, 2}, {102, 103, 103, 102}), Codes{103});
  EXPECT_EQ(averages({1, 1, 2, 2}, {99, 100, 100, 99}), Codes{99});
}

// Distances to the largest code are 40, 0, 0, 1, 2, 30; e^(-d / 20) = 0.1353, 1, 1, 0.9512, 0.9048, 0.2231
// with the sum 4.2145. 1 / 0.003 counts as 333 steps under onnx, 79.01 a unit: 71.49 for the last but one.
// The chips' rules take 333.33, 79.09 a unit: 71.56.
TEST(QLinear, SoftmaxHasWholeSteps) {
  Chain chain({1, 6}, u8(0.05F, 0));
  chain.add("softmax", "softmax", SoftmaxAttributes{1}, {}, u8(0.003F, 10));
  const Tensor x = Tensor::of<std::uint8_t>({1, 6}, {50, 90, 90, 89, 88, 60});
  EXPECT_EQ(run(chain.graph, x, RequantRule::onnx), (Codes{21, 89, 89, 85, 81, 28}));
  for (const RequantRule rule : {RequantRule::vip7, RequantRule::vip8, RequantRule::vipf})
    EXPECT_EQ(run(chain.graph, x, rule), (Codes{21, 89, 89, 85, 82, 28}));
}

// Tables in place of real numbers: next to softmax in double at most half a step and what float32 loses.
TEST(QLinear, SoftmaxOfChipsIsTheNearestCode) {
  test::Random random(11);
  constexpr std::int64_t kCount = 100;
  const float scale = 0.07F, step = 1 / 250.5F;
  for (int trial = 0; trial < 50; ++trial) {
    Codes x;
    for (std::int64_t i = 0; i < kCount; ++i) x.push_back(static_cast<std::uint8_t>(random.between(0, 255)));
    Chain chain({1, kCount}, u8(scale, 128));
    chain.add("softmax", "softmax", SoftmaxAttributes{1}, {}, u8(step, 3));
    const Codes y = run(chain.graph, Tensor::of<std::uint8_t>({1, kCount}, x), RequantRule::vip8);
    double sum = 0;
    for (const std::uint8_t code : x) sum += std::exp(static_cast<double>(scale) * code);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double exact = std::exp(static_cast<double>(scale) * x[i]) / sum / static_cast<double>(step);
      EXPECT_NEAR(y[i] - 3, exact, 0.5001) << "code " << int{x[i]};
    }
  }
}

}  // namespace
}  // namespace trireme
