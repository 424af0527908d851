// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tensor/half.h"
#include "tensor/tensor.h"

namespace trireme {
namespace {

using ::testing::ElementsAre;

template <typename To, typename From>
std::vector<To> converted(const std::vector<From>& values, DataType dtype = data_type_of<To>()) {
  const Tensor result = convert(Tensor::of({static_cast<std::int64_t>(values.size())}, values), dtype);
  EXPECT_EQ(result.dtype, dtype);
  return std::vector<To>(result.data<To>(), result.data<To>() + values.size());
}

TEST(Convert, RoundsHalfToEven) {
  EXPECT_THAT(converted<std::int8_t>(std::vector<float>{0.5F, 1.5F, 2.5F, -0.5F, -1.5F, -2.5F, 0.49999997F}),
              ElementsAre(0, 2, 2, 0, -2, -2, 0));
}

TEST(Convert, IntegersSaturate) {
  EXPECT_THAT(converted<std::uint8_t>(std::vector<float>{-1, 255.4F, 255.5F, 1e30F, -INFINITY, NAN}),
              ElementsAre(0, 255, 255, 255, 0, 0));
  EXPECT_THAT(converted<std::int16_t>(std::vector<std::int32_t>{40000, -40000, 7}),
              ElementsAre(32767, -32768, 7));
  using Int64 = std::numeric_limits<std::int64_t>;
  using Uint64 = std::numeric_limits<std::uint64_t>;
  EXPECT_THAT(converted<std::int64_t>(std::vector<double>{9.3e18, -9.3e18}),
              ElementsAre(Int64::max(), Int64::min()));
  EXPECT_THAT(converted<std::uint64_t>(std::vector<std::int64_t>{-1, Int64::max()}),
              ElementsAre(0U, Uint64::max() / 2));
  EXPECT_THAT(converted<std::int64_t>(std::vector<std::uint64_t>{Uint64::max(), 5}),
              ElementsAre(Int64::max(), 5));
}

// 2^53 + 1 is no double: integers must not pass through one.
TEST(Convert, IntegersStayExact) {
  const std::int64_t odd = (std::int64_t{1} << 53) + 1;
  EXPECT_THAT(converted<std::uint64_t>(std::vector<std::int64_t>{odd}),
              ElementsAre(static_cast<std::uint64_t>(odd)));
}

// Half has 11 bits: 2049 lies in the middle of 2048 (even) and 2050. A trace above it must round up, though
// float32 has no room for the trace. With signs; and down at the smallest subnormal, 2^-24.
TEST(Convert, DoubleToHalfRoundsOnce) {
  const std::vector<double> values = {2049,    2049 + 0x1p-40,    2049 - 0x1p-40, -(2049 + 0x1p-40),
                                      0x1p-25, 0x1p-25 + 0x1p-70, 1e300,          -1e300};
  std::vector<float> widened;
  for (const std::uint16_t bits : converted<std::uint16_t>(values, DataType::float16)) {
    widened.push_back(half_to_float(bits));
  }
  EXPECT_THAT(widened, ElementsAre(2048, 2050, 2048, -2050, 0, 0x1p-24F, INFINITY, -INFINITY));
}

// bfloat16 has 8 bits: 2^30 + 2^22 is the middle of 2^30 (even) and 2^30 + 2^23; one more is not.
TEST(Convert, IntegerToBfloat16RoundsOnce) {
  const std::int64_t middle = (std::int64_t{1} << 30) + (std::int64_t{1} << 22);
  const auto bits =
      converted<std::uint16_t>(std::vector<std::int64_t>{middle, middle + 1}, DataType::bfloat16);
  EXPECT_EQ(bfloat16_to_float(bits[0]), 0x1p30F);
  EXPECT_EQ(bfloat16_to_float(bits[1]), 0x1p30F + 0x1p23F);
}

TEST(Convert, BooleansAreZeroOrOne) {
  EXPECT_THAT(converted<std::uint8_t>(std::vector<float>{0.0F, -0.0F, 0.25F, NAN}, DataType::boolean),
              ElementsAre(0, 0, 1, 1));
  Tensor tensor(DataType::boolean, {1});
  tensor.bytes[0] = 7;  // from a hostile file
  EXPECT_EQ(element(tensor, 0), 1.0);
}

TEST(Convert, EveryPairKeepsSmallNumbers) {
  for (int from = 0; from < static_cast<int>(DataType::boolean); ++from) {
    const Tensor source = convert(Tensor::of<float>({3}, {0, 1, 100}), static_cast<DataType>(from));
    for (int to = 0; to < static_cast<int>(DataType::boolean); ++to) {
      const Tensor target = convert(source, static_cast<DataType>(to));
      EXPECT_EQ(element(target, 0), 0) << from << " " << to;
      EXPECT_EQ(element(target, 1), 1) << from << " " << to;
      EXPECT_EQ(element(target, 2), 100) << from << " " << to;
    }
  }
}

TEST(Convert, KeepsTheShape) {
  EXPECT_EQ(to_float32(Tensor(DataType::int8, {2, 0, 3})).shape, (Shape{2, 0, 3}));
}

}  // namespace
}  // namespace trireme
