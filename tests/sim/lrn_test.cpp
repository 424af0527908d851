// SPDX-License-Identifier: Apache-2.0
// Local response normalization by hand, and the powers it takes.
#include "sim/tp/lrn.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "sim/arithmetic/power.h"
#include "tests/sim/program_builder.h"

namespace trireme {
namespace {

// One pixel of as many channels as there are codes; scale 1 in, 1/8 out, the root of 11 + the sum of squares.
Codes normalized(const Codes& codes, std::uint32_t size) {
  TpJob job{};
  job.input = packed_view(0, 1, 1, static_cast<int>(codes.size()), 10);
  job.output = packed_view(0, 1, 1, static_cast<int>(codes.size()), 100);
  job.post = vipf_post(1);
  job.input_scale = 1;
  job.output_scale = 0.125F;
  job.lrn = {static_cast<float>(size), 0.5F, 11, size};
  return normalize(job, codes);
}

TEST(Lrn, AWindowOverTheEnds) {
  // 3, -4, 5, 0 of a window of three: 11 + 25 = 36, 11 + 50 = 61, 11 + 41 = 52, 11 + 25 = 36.
  // 8 · 3/6 = 4, 8 · -4/7.81 = -4.1, 8 · 5/7.21 = 5.5, 0.
  EXPECT_EQ(normalized({13, 6, 15, 10}, 3), (Codes{104, 96, 106, 100}));
  // Of four, the larger half behind: 3 -4 5, 3 -4 5 0, -4 5 0, 5 0; 8 · 3/7.81 = 3.07, 8 · -4/7.81 = -4.1,
  // 8 · 5/7.21 = 5.5, 0.
  EXPECT_EQ(normalized({13, 6, 15, 10}, 4), (Codes{103, 96, 106, 100}));
  // Of two, one behind: 3 -4, 11 + 41 = 52 of -4 5: 8 · -4/7.21 = -4.44.
  EXPECT_EQ(normalized({13, 6, 15, 10}, 2), (Codes{104, 96, 107, 100}));
}

TEST(Lrn, TiesGoToTheEvenCode) {
  // Alone 5: 11 + 25 = 36, 8 · 5/6 = 6.67. A window of one: 11 + 5·5.
  EXPECT_EQ(normalized({15}, 1), (Codes{107}));
  TpJob job{};
  job.input = packed_view(0, 1, 1, 4, 0);
  job.output = packed_view(0, 1, 1, 4, 0);
  job.post = vipf_post(1);
  job.input_scale = job.output_scale = 1;
  job.lrn = {0, 1, 2, 5};  // x / 2: 0.5, 1.5, 2.5, 3.5
  EXPECT_EQ(normalize(job, {1, 3, 5, 7}), (Codes{0, 2, 2, 4}));
}

TEST(Power, IsWithinItsBound) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> exponents(0, 3), logarithms(-30, 30);
  for (int i = 0; i < 100000; ++i) {
    const double base = std::exp(logarithms(random)), exponent = exponents(random);
    const long double want = std::pow(static_cast<long double>(base), static_cast<long double>(exponent));
    ASSERT_LT(std::fabs(static_cast<double>(static_cast<long double>(power(base, exponent)) / want - 1)),
              1e-13)
        << base << " ^ " << exponent;
  }
}

TEST(Power, OfAndByTheExtremes) {
  EXPECT_EQ(power(1, 1e30), 1);
  EXPECT_EQ(power(7, 0), 1);
  EXPECT_EQ(power(2, 10), 1024);
  EXPECT_EQ(power(2, 1e30), std::numeric_limits<double>::infinity());
  EXPECT_EQ(power(0.5, 1e30), 0);
}

}  // namespace
}  // namespace trireme
