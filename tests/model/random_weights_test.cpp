// SPDX-License-Identifier: Apache-2.0
// The bits that RandomWeights draws (formats.md §11), derived by hand.
#include "model/import/onnx/random_weights.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/error.h"
#include "tests/model/onnx_builder.h"

namespace trireme {
namespace {

using Distribution = RandomWeights::Distribution;

// Seed 0: the elements' stream starts at mix(0) = 0, so it is SplitMix64 seeded with 0, whose first outputs
// are published: E220A8397B1DCDAF, 6E789E6AA1B965F4, 06C45D188009454F, F88BB8A8724C81EC. The low nine bits
// say the factor: 1AF: bit 8 set, 2·(256+AF) = 2·431 = 862; 1F4: 2·(256+F4) = 2·500 = 1000; 14F: 2·(256+4F) =
// 670; 1EC: 2·(256+EC) = 984. The value is factor/512 · scale.
TEST(RandomWeights, PositiveValuesByHand) {
  const Tensor drawn = draw({{4}, 0, 2.0F, Distribution::positive});
  const float* x = drawn.data<float>();
  EXPECT_EQ(x[0], 862 / 256.0F);
  EXPECT_EQ(x[1], 1000 / 256.0F);
  EXPECT_EQ(x[2], 670 / 256.0F);
  EXPECT_EQ(x[3], 984 / 256.0F);
}

// The same four numbers as differences of exponentials (high half minus low half; leading zeros of the upper
// 22 bits · 1024 + lower 10 bits):
//   E220A839: 0 zeros, 039 = 57      7B1DCDAF: 1 zero, 1AF = 431    57 - 1455 = -1398
//   6E789E6A: 1 zero, 26A = 618      A1B965F4: 0, 1F4 = 500         1642 - 500 = 1142
//   06C45D18: 5 zeros, 118 = 280     8009454F: 0, 14F = 335         5400 - 335 = 5065
//   F88BB8A8: 0, 0A8 = 168           724C81EC: 1 zero, 1EC = 492    168 - 1516 = -1348
// The channels' stream starts at mix(1) = 5692161D100B05E5; its first output is
// mix(5692161D100B05E5 + 9E3779B97F4A7C15) = BFEF8030DDC2D772: bit 8 set, 2·(256 + 72) = 2·370 = 740.
// The value is 740 · difference · scale / 2^20.
TEST(RandomWeights, LaplaceValuesByHand) {
  const Tensor drawn = draw({{1, 4}, 0, 1.0F, Distribution::laplace});
  const float* x = drawn.data<float>();
  EXPECT_EQ(x[0], 740 * -1398 / 1048576.0F);
  EXPECT_EQ(x[1], 740 * 1142 / 1048576.0F);
  EXPECT_EQ(x[2], 740 * 5065 / 1048576.0F);
  EXPECT_EQ(x[3], 740 * -1348 / 1048576.0F);
}

struct Moments {
  double deviation, kurtosis;
};

Moments moments(const float* x, std::int64_t count) {
  double sum = 0, second = 0, fourth = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += double{x[i]};
  const double mean = sum / static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const double square = (double{x[i]} - mean) * (double{x[i]} - mean);
    second += square;
    fourth += square * square;
  }
  second /= static_cast<double>(count);
  return {std::sqrt(second), fourth / static_cast<double>(count) / (second * second)};
}

// An exponential variable of leading zeros and ten bits has, in steps of 1024, the variance 2 + 1/12 and the
// fourth cumulant 26 - 1/120. The difference of two: variance 4.1667, kurtosis 3 + 2 · 25.992 / 4.1667²
// = 5.994 (Laplace's is 6). The channel's factor has the mean square (7/12 + 4 · 7/12) / 2 = 1.4583, so the
// standard deviation at scale 1 is sqrt(4.1667 · 1.4583) / 2 = 1.2325, and its mean fourth power is (31/80 +
// 16 · 31/80) / 2 = 3.2938, so the kurtosis of all channels together 5.994 · 3.2938 / 1.4583² = 9.28. A
// million draws of such tails: the error of a kurtosis is around a percent.
TEST(RandomWeights, MomentsAreThoseOfTheDistribution) {
  const Tensor one = draw({{1, 1 << 20}, 7, 1.0F, Distribution::laplace});
  EXPECT_NEAR(moments(one.data<float>(), one.size()).kurtosis, 5.994, 0.3);
  const Tensor many = draw({{1 << 14, 64}, 8, 1.0F, Distribution::laplace});
  const Moments all = moments(many.data<float>(), many.size());
  EXPECT_NEAR(all.deviation, 1.2325, 0.02);
  EXPECT_NEAR(all.kurtosis, 9.28, 0.6);
}

// A node of the seed 3 and an initializer of the tensor it stands for are the same constant.
TEST(RandomWeights, ImporterExpandsTheNode) {
  OnnxBuilder model;
  model.input("x", {1, 2, 5, 5});
  model.node("RandomWeights", {}, {"w"})
      .ints("shape", {4, 2, 3, 3})
      .integer("seed", 3)
      .real("scale", 0.25F)
      .text("distribution", "laplace")
      .proto.set_domain("trireme");
  model.node("Conv", {"x", "w"}, {"y"});
  model.output("y");
  const Graph graph = model.import();
  const Value& weight = graph.values[graph.nodes.at(0).inputs.at(1)];
  ASSERT_NE(weight.constant, nullptr);
  EXPECT_EQ(weight.constant->bytes, draw({{4, 2, 3, 3}, 3, 0.25F, Distribution::laplace}).bytes);
}

// Hostile nodes: each ends in an Error, before memory is taken.
TEST(RandomWeights, ImporterRefusesWhatCannotBeDrawn) {
  struct Case {
    const char* what;
    Shape shape;
    float scale;
    const char* distribution;
  };
  for (const Case& c :
       {Case{"huge", {1 << 20, 1 << 20}, 1, "laplace"}, Case{"negative", {-1, 2}, 1, "laplace"},
        Case{"scale", {2, 2}, 0, "laplace"}, Case{"not a number", {2, 2}, NAN, "laplace"},
        Case{"distribution", {2, 2}, 1, "uniform"}}) {
    OnnxBuilder model;
    model.node("RandomWeights", {}, {"w"})
        .ints("shape", c.shape)
        .real("scale", c.scale)
        .text("distribution", c.distribution)
        .proto.set_domain("trireme");
    model.output("w");
    EXPECT_THROW(model.import(), Error) << c.what;
  }
}

}  // namespace
}  // namespace trireme
