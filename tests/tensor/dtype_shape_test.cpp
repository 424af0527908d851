// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "tensor/tensor.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

TEST(DataType, NamesReadBack) {
  for (int i = 0; i <= static_cast<int>(DataType::boolean); ++i) {
    const auto type = static_cast<DataType>(i);
    EXPECT_EQ(parse_data_type(name_of(type), ""), type);
    EXPECT_EQ(parse_data_type(short_name_of(type), ""), type);
    EXPECT_EQ(is_float(type) + is_integer(type), type == DataType::boolean ? 0 : 1);
  }
  EXPECT_EQ(parse_data_type("half", ""), DataType::float16);
  EXPECT_EQ(parse_data_type("Float", ""), DataType::float32);
  EXPECT_STREQ(name_of(DataType::bfloat16), "bfloat16");
  EXPECT_STREQ(short_name_of(DataType::uint8), "u8");
  EXPECT_EQ(bytes_of(DataType::int64), 8);
}

TEST(DataType, AnErrorSuggests) {
  EXPECT_EQ(error_of([] { parse_data_type("unit8", "--qtype"); }),
            "--qtype: 'unit8' is not a data type (did you mean 'uint8'?)");
  EXPECT_THAT(error_of([] { parse_data_type("", "x"); }), HasSubstr("one of: float32, float16"));
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_EQ(element_count({std::int64_t{1} << 40}), std::int64_t{1} << 40);
  const std::int64_t huge = std::int64_t{1} << 62;
  EXPECT_EQ(element_count({huge, 0, huge}), 0);
  EXPECT_THAT(error_of([] { element_count({-1}); }), HasSubstr("[-1]: a dimension is negative"));
  EXPECT_THAT(error_of([] { element_count({0, -1}); }), HasSubstr("negative"));
  EXPECT_THAT(error_of([&] { element_count({huge, huge}); }), HasSubstr("more than 2^40"));
  EXPECT_THAT(error_of([] { element_count({(std::int64_t{1} << 40) + 1}); }), HasSubstr("more than 2^40"));
}

TEST(Shape, Spellings) {
  EXPECT_EQ(to_string(Shape{1, 1, 28, 28}), "[1,1,28,28]");
  EXPECT_EQ(to_string(Shape{}), "[]");
  EXPECT_EQ(join_dims({1, 25200, 85}, '_'), "1_25200_85");
  EXPECT_EQ(w_first({1, 10}), "10_1");
  EXPECT_EQ(row_major_strides({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(row_major_strides({2, 0, 4}), (Shape{4, 4, 1}));
}

TEST(TensorView, ChecksTheType) {
  Tensor tensor = Tensor::of<std::int16_t>({2}, {1, -2});
  EXPECT_EQ(tensor.data<std::int16_t>()[1], -2);
  EXPECT_THROW(tensor.data<std::uint16_t>(), std::logic_error);
  EXPECT_THROW(Tensor::of<float>({3}, {1}), std::logic_error);
  EXPECT_NO_THROW(Tensor(DataType::float16, {1}).data<std::uint16_t>());
  EXPECT_NO_THROW(Tensor(DataType::boolean, {1}).data<std::uint8_t>());
  EXPECT_THROW(element(tensor, 2), std::logic_error);
  EXPECT_THROW(element(tensor, -1), std::logic_error);
}

}  // namespace
}  // namespace trireme
