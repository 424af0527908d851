// SPDX-License-Identifier: Apache-2.0
#include "tensor/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/tensor/damage.h"
#include "tests/tensor/picture_files.h"

namespace trireme {
namespace {

using ::testing::HasSubstr;

class ReadImage : public ::testing::Test {
 protected:
  Image read(const Bytes& bytes) {
    write_quickly(folder_ / "picture", bytes);  // without extension: the content decides
    return read_image(folder_ / "picture");
  }
  std::string read_error(const Bytes& bytes) {
    return error_of([&] { read(bytes); });
  }
  void expect_picture(const Bytes& bytes, const Image& expected) {
    const Image image = read(bytes);
    EXPECT_EQ(image.width, expected.width);
    EXPECT_EQ(image.height, expected.height);
    EXPECT_EQ(image.channels, expected.channels);
    EXPECT_EQ(image.pixels, expected.pixels);
  }
  TempFolder folder_;
};

TEST_F(ReadImage, PngOfEveryKind) {
  const Image colour = colour_picture(5, 3), grey = grey_picture(5, 3);
  for (const bool alpha : {false, true}) {
    for (const bool interlaced : {false, true}) {
      // 16 bit values are the 8 bit ones times 257: v * 65535 / 255.
      for (const int bits : {8, 16}) {
        expect_picture(png_bytes(colour, {bits, alpha, interlaced}), colour);
        expect_picture(png_bytes(grey, {bits, alpha, interlaced}), grey);
      }
    }
  }
}

TEST_F(ReadImage, BmpOfEveryKind) {
  const Image colour = colour_picture(5, 3), grey = grey_picture(5, 3);
  for (const bool top_down : {false, true}) {
    expect_picture(bmp_bytes(colour, {24, top_down}), colour);
    expect_picture(bmp_bytes(colour, {32, top_down}), colour);
    expect_picture(bmp_bytes(grey, {8, top_down, grey_palette()}), grey);
  }
  // A file of 24 bits does not say that it is grey.
  expect_picture(bmp_bytes(grey, {24}), to_channels(grey, 3));
}

TEST_F(ReadImage, PalettesAreGreyIfAllTheirColoursAre) {
  Image indices = grey_picture(5, 3);
  for (std::uint8_t& index : indices.pixels) index &= 1;
  const std::vector<std::uint8_t> black_white = {0, 0, 0, 255, 255, 255};
  const std::vector<std::uint8_t> black_red = {0, 0, 0, 255, 0, 0};
  Image grey = indices, red = to_channels(indices, 3);
  for (std::uint8_t& value : grey.pixels) value = value != 0 ? 255 : 0;
  for (std::size_t i = 0; i < red.pixels.size(); ++i)
    red.pixels[i] = i % 3 == 0 && red.pixels[i] != 0 ? 255 : 0;
  expect_picture(png_bytes(indices, {8, false, false, black_white}), grey);
  expect_picture(png_bytes(indices, {8, false, false, black_red}), red);
  for (const int bits : {1, 4, 8}) {
    expect_picture(bmp_bytes(indices, {bits, false, black_white}), grey);
    expect_picture(bmp_bytes(indices, {bits, false, black_red}), red);
  }
}

// With quality 100 all quantisation steps are 1: the picture comes back within the rounding of the DCT.
TEST_F(ReadImage, Jpeg) {
  Image grey = grey_picture(16, 16);
  for (int i = 0; i < 256; ++i) grey.pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i);
  for (const bool progressive : {false, true}) {
    const Image image = read(jpeg_bytes(grey, {100, progressive}));
    EXPECT_EQ(image.channels, 1);
    ASSERT_EQ(image.pixels.size(), grey.pixels.size());
    for (std::size_t i = 0; i < 256; ++i) EXPECT_NEAR(image.pixels[i], grey.pixels[i], 2) << i;
  }
  Image red = colour_picture(9, 7);
  for (std::size_t i = 0; i < red.pixels.size(); ++i) red.pixels[i] = i % 3 == 0 ? 254 : 0;
  const Image image = read(jpeg_bytes(red, {100}));
  EXPECT_EQ(image.channels, 3);
  // Y'CbCr of (254,0,0) after rounding is (76,85,255), and that is (254,0,0) again (JFIF 1.02, page 3).
  for (std::size_t i = 0; i < red.pixels.size(); ++i) EXPECT_NEAR(image.pixels[i], red.pixels[i], 1) << i;
}

// However it is stored, a grey picture gives the same bytes: a model with one channel sees no difference.
TEST_F(ReadImage, GreyIsTheSameThroughEveryFormat) {
  const Image decoded = read(jpeg_bytes(grey_picture(20, 13)));
  expect_picture(png_bytes(decoded), decoded);
  expect_picture(bmp_bytes(decoded, {8, false, grey_palette()}), decoded);
  for (const Bytes& as_colour : {png_bytes(to_channels(decoded, 3)), bmp_bytes(decoded, {24})}) {
    const Image image = read(as_colour);
    EXPECT_EQ(image.channels, 3);
    EXPECT_EQ(to_channels(image, 1).pixels, decoded.pixels);
  }
}

TEST_F(ReadImage, RefusesWithTheReason) {
  EXPECT_THAT(read_error({}), HasSubstr("picture: the file is empty"));
  EXPECT_THAT(read_error({'G', 'I', 'F', '8'}), HasSubstr("not a picture that can be read"));
  EXPECT_THAT(read_error(jpeg_bytes(colour_picture(8, 8), {90, false, true})), HasSubstr("CMYK"));
  Bytes compressed = bmp_bytes(grey_picture(4, 4), {8, false, grey_palette()});
  compressed[30] = 1;
  EXPECT_THAT(read_error(compressed),
              HasSubstr("a BMP of a kind that cannot be read (40 byte header, 8 bits, "));
  // Palette of two colours, the picture uses 37.
  EXPECT_THAT(read_error(bmp_bytes(grey_picture(4, 4), {8, false, {0, 0, 0, 9, 9, 9}})),
              HasSubstr("of a palette of 2"));
  EXPECT_THAT(error_of([&] { read_image(folder_ / "none.png"); }), HasSubstr("No such file"));
}

TEST_F(ReadImage, ClaimedSizesAreNotBelieved) {
  Bytes bmp = bmp_bytes(colour_picture(4, 4), {24});
  bmp[19] = 0x3F;  // width 0x3F04, less than 16384
  bmp[23] = 0x3F;
  EXPECT_THAT(read_error(bmp), HasSubstr("16132 x 16132 pixels cannot come from a file this small"));
  bmp[20] = 0x01;
  EXPECT_THAT(read_error(bmp), HasSubstr("too large (at most 16384 x 16384)"));
  Bytes jpeg = jpeg_bytes(colour_picture(4, 4));
  // Frame header: FF C0, length, precision, height, width (ITU-T T.81, B.2.2).
  const Bytes frame = {0xFF, 0xC0};
  auto at = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
  at[5] = at[7] = 0x3F;
  EXPECT_THAT(read_error(jpeg), HasSubstr("cannot come from a file this small"));
  at[5] = 0xFF;
  EXPECT_THAT(read_error(jpeg), HasSubstr("too large"));
}

TEST_F(ReadImage, FlatPicturesMayBeSmall) {
  Image flat = grey_picture(2000, 2000);
  std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t{128});
  expect_picture(png_bytes(flat), flat);
  expect_picture(jpeg_bytes(flat), flat);
  expect_picture(jpeg_bytes(flat, {90, true}), flat);
  expect_picture(jpeg_bytes(to_channels(flat, 3), {90, true}), to_channels(flat, 3));
}

TEST_F(ReadImage, AnyDamageIsAnError) {
  const Image colour = colour_picture(17, 9), grey = grey_picture(17, 9);
  const std::vector<Bytes> files = {jpeg_bytes(colour),
                                    jpeg_bytes(grey, {50, true}),
                                    png_bytes(colour),
                                    png_bytes(grey, {16, true, true}),
                                    png_bytes(grey, {8, false, false, grey_palette()}),
                                    bmp_bytes(colour, {24}),
                                    bmp_bytes(grey, {8, true, grey_palette()})};
  for (const Bytes& whole : files) {
    expect_error_at_every_cut(whole, [](const auto& path) { read_image(path); });
    expect_no_crash_at_any_change(whole, [](const auto& path) { read_image(path); });
  }
}

TEST(ImageName, ByExtension) {
  for (const char* name : {"a.jpg", "a.JPEG", "x/y.PNG", "a.b.bmp"}) EXPECT_TRUE(is_image_name(name)) << name;
  for (const char* name : {"a.npy", "jpg", "a.jpg/x", ""}) EXPECT_FALSE(is_image_name(name)) << name;
}

}  // namespace
}  // namespace trireme
