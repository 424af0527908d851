// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/preprocess/input_meta.h"
#include "support/files.h"
#include "tensor/files.h"
#include "tests/model/preprocess_folder.h"
#include "tests/model/reference_small_graphs.h"

namespace trireme {
namespace {

using test::reals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A 24-bit BMP, the simplest picture there is: rows from below, blue green red, rows padded to four bytes.
Bytes bmp(int width, int height, const std::vector<std::uint8_t>& rgb) {
  const auto row = static_cast<std::uint32_t>((width * 3 + 3) / 4 * 4);
  const std::uint32_t pixels = row * static_cast<std::uint32_t>(height);
  Bytes bytes = {'B', 'M'};
  const auto number = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  number(54 + pixels, 4);
  number(0, 4);
  number(54, 4);
  number(40, 4);
  number(static_cast<std::uint32_t>(width), 4);
  number(static_cast<std::uint32_t>(height), 4);
  number(1, 2);
  number(24, 2);
  number(0, 4);
  number(pixels, 4);
  for (int i = 0; i < 4; ++i) number(i < 2 ? 2835 : 0, 4);
  for (int y = height - 1; y >= 0; --y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 2; c >= 0; --c) bytes.push_back(rgb[static_cast<std::size_t>((y * width + x) * 3 + c)]);
    }
    for (std::uint32_t i = static_cast<std::uint32_t>(width) * 3; i < row; ++i) bytes.push_back(0);
  }
  return bytes;
}

class LoadInputTest : public test::FolderTest {
 protected:
  std::filesystem::path picture(int width, int height, const std::vector<std::uint8_t>& rgb) const {
    write_file(folder() / "p.bmp", bmp(width, height, rgb));
    return folder() / "p.bmp";
  }
  static Value value(Shape shape) {
    Value v;
    v.name = "input";
    v.shape = std::move(shape);
    return v;
  }
  static InputPort port() {
    InputPort p;
    p.lid = "input_1";
    p.resize = false;
    return p;
  }
};

// Two pixels (10, 20, 30) and (40, 50, 60), mean 10 20 30, scale 1 2 0.5: (0 0 0) and (30 60 15); planes of
// two.
TEST_F(LoadInputTest, DocumentedOrder) {
  const auto file = picture(2, 1, {10, 20, 30, 40, 50, 60});
  InputPort p = port();
  p.mean = {10, 20, 30};
  p.scale = {1, 2, 0.5F};
  EXPECT_THAT(reals(load_input(file, value({1, 3, 1, 2}), p)), ElementsAre(0, 30, 0, 60, 0, 15));
  p.reverse_channel = true;  // last: mean and scale belong to the channels of the file
  EXPECT_THAT(reals(load_input(file, value({1, 3, 1, 2}), p)), ElementsAre(0, 15, 0, 60, 0, 30));
  p.layout = "nhwc";
  EXPECT_THAT(reals(load_input(file, value({1, 1, 2, 3}), p)), ElementsAre(0, 0, 0, 15, 60, 30));
}

TEST_F(LoadInputTest, GreyStoredAsColourIsTheSamePicture) {
  const auto grey = picture(2, 1, {7, 7, 7, 200, 200, 200});
  EXPECT_THAT(reals(load_input(grey, value({1, 1, 1, 2}), port())), ElementsAre(7, 200));
  const auto colour = picture(2, 1, {7, 7, 7, 200, 200, 201});
  EXPECT_THAT(test::message_of([&] {
                load_input(colour, value({1, 1, 1, 2}), port());
              }),
              HasSubstr("p.bmp: the picture has 3 channels (RGB), the network wants 1 (grey)"));
}

TEST_F(LoadInputTest, GreyPictureForColourNetworkIsAnError) {
  const auto digit = std::filesystem::path(TRIREME_SOURCE_DIR) / "examples/lenet/0.jpg";
  EXPECT_THAT(test::message_of([&] {
                load_input(digit, value({1, 3, 28, 28}), port());
              }),
              HasSubstr("the picture has 1 channel (grey), the network wants 3 (RGB)"));
}

TEST_F(LoadInputTest, WrongSizeNamesBothSizesAndTheWayOut) {
  const auto file = picture(2, 1, {0, 0, 0, 9, 9, 9});
  const std::string message = test::message_of([&] { load_input(file, value({1, 3, 4, 5}), port()); });
  EXPECT_THAT(message, HasSubstr("the picture is 2 x 1 pixels, the network wants 5 x 4"));
  EXPECT_THAT(message, HasSubstr("resize: true"));
}

// 4 x 2 pixels in columns 0, 100, 100, 0 for a 2 x 2 network: fill keeps the middle; whole scales to 2 x 1
// (each pixel the mean of 0 and 100) between rows of black; scale squeezes the columns to the means.
TEST_F(LoadInputTest, FittingWhereResizingIsWanted) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < 2; ++y) {
    for (const int v : {0, 100, 100, 0}) pixels.insert(pixels.end(), 3, static_cast<std::uint8_t>(v));
  }
  const auto file = picture(4, 2, pixels);
  InputPort p = port();
  p.resize = true;
  const Value grey = value({1, 1, 2, 2});
  EXPECT_THAT(reals(load_input(file, grey, p)), ElementsAre(50, 50, 50, 50));
  p.fitting = "fill";
  EXPECT_THAT(reals(load_input(file, grey, p)), ElementsAre(100, 100, 100, 100));
  p.fitting = "whole";
  EXPECT_THAT(reals(load_input(file, value({1, 1, 3, 2}), p)), ElementsAre(0, 0, 50, 50, 0, 0));
}

TEST_F(LoadInputTest, PicturesNeedAnImagePortAndAMeanAChannel) {
  const auto file = picture(1, 1, {1, 2, 3});
  InputPort p = port();
  p.mean = {1, 2};
  EXPECT_THAT(test::message_of([&] {
                load_input(file, value({1, 3, 1, 1}), p);
              }),
              HasSubstr("mean has 2 values for 3 channels"));
  p.category = "undefined";
  EXPECT_THAT(test::message_of([&] { load_input(file, value({1, 3, 1, 1}), p); }), HasSubstr("category"));
  EXPECT_THAT(test::message_of([&] {
                load_input(file, value({1, 3}), port());
              }),
              HasSubstr("pictures fit one sample"));
  EXPECT_THAT(test::message_of([&] {
                load_input(file, value({2, 3, 1, 1}), port());
              }),
              HasSubstr("pictures fit one sample"));
  EXPECT_THAT(test::message_of([&] {
                load_input(folder() / "none.jpg", value({1, 3, 1, 1}), port());
              }),
              HasSubstr("none.jpg"));
  EXPECT_THAT(test::message_of([&] {
                load_input(folder() / "none.gif", value({1, 3, 1, 1}), port());
              }),
              HasSubstr("'.gif'"));
}

TEST_F(LoadInputTest, NpyIsTakenAsItIs) {
  InputPort p = port();
  p.mean = {5};
  p.scale = {2};
  const auto path = folder() / "a.npy";
  write_npy(path, Tensor::of<float>({1, 1, 1, 2}, {3, 4}));
  EXPECT_THAT(reals(load_input(path, value({1, 1, 1, 2}), p)), ElementsAre(3, 4));
  write_npy(path, Tensor::of<double>({1, 1, 1, 2}, {3, 4}));
  EXPECT_THAT(reals(load_input(path, value({1, 1, 1, 2}), p)), ElementsAre(3, 4));
  write_npy(path, Tensor::of<float>({1, 1, 2}, {3, 4}));
  EXPECT_THAT(test::message_of([&] {
                load_input(path, value({1, 1, 1, 2}), p);
              }),
              HasSubstr("only the batch dimension is missing"));
  write_npy(path, Tensor::of<std::uint8_t>({1, 1, 1, 2}, {3, 4}));
  EXPECT_THAT(test::message_of([&] { load_input(path, value({1, 1, 1, 2}), p); }), HasSubstr("holds uint8"));
  Value stored = value({1, 1, 1, 2});
  stored.quantization = test::u8(1, 0);
  EXPECT_EQ(load_input(path, stored, p).dtype, DataType::uint8);
}

TEST_F(LoadInputTest, TextAndRawTensors) {
  EXPECT_THAT(reals(load_input(file("a.tensor", "1\n2.5\n"), value({1, 2}), port())), ElementsAre(1, 2.5F));
  EXPECT_THAT(reals(load_input(file("a.txt", "1 2.5"), value({1, 2}), port())), ElementsAre(1, 2.5F));
  Value stored = value({1, 2});
  stored.quantization = test::u8(1, 0);
  EXPECT_THAT(test::codes(load_input(file("a.dat", "\x05\x07"), stored, port())), ElementsAre(5, 7));
  EXPECT_THAT(test::message_of([&] {
                load_input(file("n.tensor", "1\nnan\n"), value({1, 2}), port());
              }),
              AllOf(HasSubstr("n.tensor: element 1 is nan"), HasSubstr("finite")));
  write_npy(folder() / "i.npy", Tensor::of<float>({1, 3}, {1, 2, -INFINITY}));
  EXPECT_THAT(test::message_of([&] {
                load_input(folder() / "i.npy", value({1, 3}), port());
              }),
              HasSubstr("i.npy: element 2 is -inf"));
  EXPECT_THAT(test::message_of([&] { load_input(file("b.dat", "\x05"), stored, port()); }),
              HasSubstr("holds 1 bytes"));
}

}  // namespace
}  // namespace trireme
