// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/files.h"
#include "tensor/files.h"
#include "tests/support/temp_folder.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

class TextTensor : public ::testing::Test {
 protected:
  Tensor read(const std::string& text, const Shape& shape) {
    write_file(folder_ / "a.tensor", text);
    return read_text_tensor(folder_ / "a.tensor", shape);
  }
  std::string read_error(const std::string& text, const Shape& shape) {
    return error_of([&] { read(text, shape); });
  }
  std::string written(const Tensor& tensor) {
    write_text_tensor(folder_ / "a.tensor", tensor);
    return read_text(folder_ / "a.tensor");
  }
  TempFolder folder_;
};

TEST_F(TextTensor, OneShortestNumberALine) {
  EXPECT_EQ(written(Tensor::of<float>({2, 3}, {0.1F, 1, -2.5F, 1e-5F, NAN, -INFINITY})),
            "0.1\n1\n-2.5\n1e-05\nnan\n-inf\n");
  EXPECT_EQ(written(Tensor::of<double>({1}, {0.1})), "0.1\n");
  EXPECT_EQ(written(Tensor::of<std::uint8_t>({2}, {0, 255})), "0\n255\n");
  EXPECT_EQ(written(Tensor::of<std::uint64_t>({1}, {std::numeric_limits<std::uint64_t>::max()})),
            "18446744073709551615\n");
  EXPECT_EQ(written(Tensor(DataType::float32, {0})), "");
}

TEST_F(TextTensor, ReadsBackTheSameBits) {
  const Tensor tensor =
      Tensor::of<float>({4}, {0.1F, std::numeric_limits<float>::denorm_min(), -0.0F, 3.4028235e38F});
  written(tensor);
  EXPECT_EQ(read_text_tensor(folder_ / "a.tensor", {4}).bytes, tensor.bytes);
}

TEST_F(TextTensor, ReadsWhatOthersWrite) {
  const Tensor tensor = read(" 1 2.50\r\n\n+3\t1.0000000000000000e-60\r\n-inf", {5});
  EXPECT_EQ(tensor.data<float>()[1], 2.5F);
  EXPECT_EQ(tensor.data<float>()[2], 3.0F);
  EXPECT_EQ(tensor.data<float>()[3], 0.0F);  // below the smallest float32
  EXPECT_EQ(tensor.data<float>()[4], -INFINITY);
}

TEST_F(TextTensor, NamesTheLine) {
  EXPECT_THAT(read_error("1\n2\nx3\n", {3}), HasSubstr("a.tensor:3: 'x3' is not a number"));
  EXPECT_THAT(read_error("1 2\n\t3  x\n", {4}), HasSubstr("a.tensor:2: 'x'"));
  EXPECT_THAT(read_error("1\n2\n3\n", {2}), HasSubstr("a.tensor:3: shape [2] needs 2 numbers, more follow"));
  EXPECT_THAT(read_error("1\n2\n", {1, 3}), HasSubstr("shape [1,3] needs 3 numbers, the file ends after 2"));
  EXPECT_THAT(read_error("1e39\n", {1}), HasSubstr("not a number that fits float32"));
  EXPECT_THAT(read_error("1,5\n", {1}), HasSubstr("'1,5'"));
  EXPECT_THAT(read_error(std::string("\x00\x01\x02\x03", 4), {1}), HasSubstr("binary bytes"));
  EXPECT_THAT(read_error("", {1}), HasSubstr("ends after 0"));
}

// The shape may come from a hostile model: 2^40 numbers are not allocated on its word.
TEST_F(TextTensor, HugeShapes) {
  EXPECT_THAT(read_error("1\n", {std::int64_t{1} << 40}), HasSubstr("ends after 1"));
  EXPECT_THAT(read_error(std::string(2 << 20, ' '), {1}), HasSubstr("larger than the limit"));
}

TEST(Dat, RoundTrips) {
  const TempFolder folder;
  const Tensor tensor = Tensor::of<std::int16_t>({1, 2}, {1, -1});
  write_dat(folder / "a.dat", tensor);
  EXPECT_EQ(read_file(folder / "a.dat"), (Bytes{1, 0, 0xFF, 0xFF}));
  EXPECT_EQ(read_dat(folder / "a.dat", DataType::int16, {1, 2}).bytes, tensor.bytes);
  EXPECT_THAT(error_of([&] { read_dat(folder / "a.dat", DataType::float32, {2}); }),
              HasSubstr("holds 4 bytes, float32 [2] needs 8"));
  EXPECT_THAT(error_of([&] { read_dat(folder / "a.dat", DataType::int8, {3}); }), HasSubstr("needs 3"));
}

// The examples of formats.md §6.
TEST(Dat, Names) {
  EXPECT_EQ(input_dat_name(0), "input_0.dat");
  EXPECT_EQ(output_dat_name(0, {1, 10}), "output0_10_1.dat");
  EXPECT_EQ(output_dat_name(4, {1, 138, 138, 32}), "output4_32_138_138_1.dat");
  EXPECT_EQ(output_dat_name(0, {}), "output0_1.dat");
}

}  // namespace
}  // namespace trireme
