// SPDX-License-Identifier: Apache-2.0
// Products on every vector unit are exact, and rows of codes are those of the scalar requantizer.
#include <gtest/gtest.h>

#include <random>

#include "sim/arithmetic/exact_product.h"
#include "sim/arithmetic/requantize_row.h"

namespace trireme {
namespace {

template <typename Real>
std::vector<Real> integers(std::mt19937& random, std::size_t count, int low, int high) {
  std::vector<Real> values(count);
  for (Real& value : values) value = static_cast<Real>(std::uniform_int_distribution<int>(low, high)(random));
  return values;
}

template <typename Real>
void expect_exact(std::int64_t rows, std::int64_t terms, std::int64_t columns, int largest_a, int largest_b) {
  std::mt19937 random(static_cast<unsigned>(rows * 31 + terms * 7 + columns));
  const auto a = integers<Real>(random, static_cast<std::size_t>(rows * terms), -largest_a, largest_a);
  const auto b = integers<Real>(random, static_cast<std::size_t>(terms * columns), -largest_b, largest_b);
  const ExactOperand<Real> left({a.data(), rows, terms, terms}, std::int64_t{largest_a} * largest_b);
  ProductBuffers<Real> buffers;
  multiply_exact<Real>(left, {b.data(), terms, columns, columns}, buffers);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      std::int64_t sum = 0;
      for (std::int64_t k = 0; k < terms; ++k) {
        sum += static_cast<std::int64_t>(a[static_cast<std::size_t>(i * terms + k)]) *
               static_cast<std::int64_t>(b[static_cast<std::size_t>(k * columns + j)]);
      }
      const auto at = static_cast<std::size_t>(i * columns + j);
      ASSERT_EQ(left.in_one_slice() ? static_cast<std::int64_t>(buffers.slice[at]) : buffers.sums[at], sum)
          << i << ',' << j;
    }
  }
}

TEST(ExactProduct, CodesOfEightBits) {
  expect_exact<float>(1, 1, 1, 255, 128);
  expect_exact<float>(5, 27, 33, 255, 128);
  expect_exact<float>(17, 4608, 9, 255, 128);
  expect_exact<float>(3, 30000, 2, 128, 128);
}

TEST(ExactProduct, CodesOfSixteenBits) {
  expect_exact<double>(4, 513, 7, 32768, 32768);
  expect_exact<double>(1, 3, 1, 65535, 65535);
}

TEST(ExactProduct, TheLargestSumThatASliceMayHold) {
  // Slices of 2^24 / (255 * 128) = 514 terms: 514 * 255 * 128 = 16,776,960 < 2^24 = 16,777,216. 2,000 equal
  // terms need four slices: 2,000 * 255 * 128 = 65,280,000, which float32 alone would still hold; with a last
  // term of 1 it would not: 65,280,001 is odd and above 2^24.
  std::vector<float> a(2001, 255.0F), b(2001, 128.0F);
  a.back() = b.back() = 1.0F;
  const ExactOperand<float> left({a.data(), 1, 2001, 2001}, 255 * 128);
  EXPECT_EQ(left.slice, 514);
  ProductBuffers<float> buffers;
  multiply_exact<float>(left, {b.data(), 2001, 1, 1}, buffers);
  EXPECT_EQ(buffers.sums[0], 65280001);
}

// Sums around the ties of a multiplier, extremes, and random ones.
std::vector<std::int32_t> telling_sums(std::mt19937& random, double factor) {
  std::vector<std::int32_t> sums = {0, 1, -1, INT32_MAX, INT32_MIN, INT32_MAX - 1, INT32_MIN + 1};
  for (int code = -300; code <= 300; ++code) {
    const double tie = (code + 0.5) / factor;
    if (std::abs(tie) > 2e9) continue;
    for (int by = -1; by <= 1; ++by) sums.push_back(static_cast<std::int32_t>(tie) + by);
  }
  for (int i = 0; i < 400; ++i) sums.push_back(static_cast<std::int32_t>(random()));
  return sums;
}

TEST(RequantizeRow, IsTheScalarRequantizerForEveryRuleAndFactor) {
  std::mt19937 random(7);
  const RequantRule rules[] = {RequantRule::vipf,       RequantRule::vip7,   RequantRule::vip8,
                               RequantRule::onnx,       RequantRule::tflite, RequantRule::tflm,
                               RequantRule::tflm_single};
  for (const RequantRule rule : rules) {
    for (const float factor :
         {1.0F, 0.5F, 0.25F, 3.0F, 700.0F, 0.0007321F, 0.3333333F, 0.75F, 1e-9F, 1e9F, 0.0F}) {
      for (const Ties ties : {Ties::half_up, Ties::half_even, Ties::half_away}) {
        for (const TfliteKernel kernel : {TfliteKernel::ruy, TfliteKernel::gemmlowp}) {
          const RequantizeConfig config{rule, ties, kernel, 3, -100, 120};
          const Requantizer by = requantizer_of(factor, rule);
          const std::vector<std::int32_t> sums = telling_sums(random, factor == 0.0F ? 1.0 : factor);
          std::vector<std::uint8_t> codes(sums.size());
          constexpr std::int32_t offset = 5;
          requantize_row(sums.data(), sums.size(), offset, by, config, codes.data());
          for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) + offset);
            ASSERT_EQ(codes[i], static_cast<std::uint8_t>(requantize(sum, by, config)))
                << name_of(rule) << " factor " << factor << " ties " << name_of(ties) << " sum " << sum;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace trireme
