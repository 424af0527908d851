// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tensor/image.h"
#include "tests/support/temp_folder.h"
#include "tests/tensor/picture_files.h"

namespace trireme {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Image row_of(std::vector<std::uint8_t> pixels) {
  Image image;
  image.width = static_cast<int>(pixels.size());
  image.height = image.channels = 1;
  image.pixels = std::move(pixels);
  return image;
}

TEST(ToChannels, GreyFromRgbIsLuma) {
  Image rgb = row_of({255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255});
  rgb.width = 4;
  rgb.channels = 3;
  // 0.299, 0.587 and 0.114 of 255 are 76.2, 149.7 and 29.1.
  EXPECT_THAT(to_channels(rgb, 1).pixels, ElementsAre(76, 150, 29, 255));
}

TEST(ToChannels, GreyThroughRgbIsTheSame) {
  const Image grey = grey_picture(256, 1);
  EXPECT_EQ(to_channels(to_channels(grey, 3), 1).pixels, grey.pixels);
  EXPECT_EQ(to_channels(grey, 1).pixels, grey.pixels);
  EXPECT_THAT(to_channels(row_of({7}), 3).pixels, ElementsAre(7, 7, 7));
  EXPECT_THAT(error_of([&] { to_channels(grey, 4); }), HasSubstr("4 channels"));
}

// Half-pixel centres: the targets 0..3 lie at -0.25, 0.25, 0.75 and 1.25, and the ends are clamped.
TEST(Resize, Doubles) {
  EXPECT_THAT(resize_bilinear(row_of({0, 100}), 4, 1).pixels, ElementsAre(0, 25, 75, 100));
}

// Halving puts each target in the middle of two sources: at 0.5 and 2.5. 1.5 and 3.5 round up.
TEST(Resize, Halves) { EXPECT_THAT(resize_bilinear(row_of({1, 2, 3, 4}), 2, 1).pixels, ElementsAre(2, 4)); }

// The middle of 2 x 2 samples.
TEST(Resize, BothDirections) {
  Image square = row_of({10, 20, 30, 40});
  square.width = square.height = 2;
  EXPECT_THAT(resize_bilinear(square, 1, 1).pixels, ElementsAre(25));
}

TEST(Resize, ChannelsStayApart) {
  Image rgb = row_of({0, 100, 200, 100, 200, 0});
  rgb.width = 2;
  rgb.channels = 3;
  EXPECT_THAT(resize_bilinear(rgb, 1, 1).pixels, ElementsAre(50, 150, 100));
}

TEST(Resize, IdentityAndFlatPictures) {
  const Image image = colour_picture(7, 5);
  EXPECT_EQ(resize_bilinear(image, 7, 5).pixels, image.pixels);
  const Image flat = row_of({200, 200, 200});
  EXPECT_EQ(resize_bilinear(flat, 17, 3).pixels, std::vector<std::uint8_t>(51, 200));
}

// Against the formula in double: weights of 11 bits are off by at most 2^-12 in each direction, of a
// difference of at most 255: 0.13 together, and half for rounding.
TEST(Resize, MatchesTheFormula) {
  const Image image = grey_picture(13, 9);
  const Image result = resize_bilinear(image, 31, 4);
  const auto sample = [&](double x, double y) {
    const auto clamped = [](double at, int size) { return std::min(std::max(at, 0.0), size - 1.0); };
    const double cx = clamped(x, image.width), cy = clamped(y, image.height);
    const int x0 = static_cast<int>(cx), y0 = static_cast<int>(cy);
    const int x1 = std::min(x0 + 1, image.width - 1), y1 = std::min(y0 + 1, image.height - 1);
    const auto at = [&](int px, int py) -> double {
      return image.pixels[static_cast<std::size_t>(py * 13 + px)];
    };
    const double fx = cx - x0, fy = cy - y0;
    return (at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) +
           (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy;
  };
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 31; ++x) {
      const double expected = sample((x + 0.5) * 13 / 31 - 0.5, (y + 0.5) * 9 / 4 - 0.5);
      EXPECT_NEAR(result.pixels[static_cast<std::size_t>(y * 31 + x)], expected, 0.63) << x << " " << y;
    }
  }
}

TEST(Resize, SizesAreChecked) {
  EXPECT_THAT(error_of([] { resize_bilinear(row_of({1}), 0, 1); }), HasSubstr("picture size 0 x 1"));
  EXPECT_THAT(error_of([] { resize_bilinear(row_of({1}), 1, 16385); }), HasSubstr("out of range"));
}

// 5 - 2 = 3 to cut, one on the left and two on the right; 4 - 2, one above and one below.
TEST(Crop, TakesTheCentre) {
  Image image = grey_picture(5, 4);
  for (std::size_t i = 0; i < 20; ++i) image.pixels[i] = static_cast<std::uint8_t>(i);
  const Image result = crop_center(image, 2, 2);
  EXPECT_EQ(result.width, 2);
  EXPECT_THAT(result.pixels, ElementsAre(6, 7, 11, 12));
  EXPECT_EQ(crop_center(image, 5, 4).pixels, image.pixels);
  EXPECT_THAT(error_of([&] { crop_center(image, 6, 4); }), HasSubstr("only 5 x 4"));
}

}  // namespace
}  // namespace trireme
