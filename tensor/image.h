// SPDX-License-Identifier: Apache-2.0
// Pictures: JPEG (libjpeg-turbo, accurate integer DCT), PNG (libpng), BMP (stb_image); told apart by content.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace trireme {

struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;                  // 1 grey or 3 RGB
  std::vector<std::uint8_t> pixels;  // interleaved, top row first
};

// Alpha is dropped; palettes and 16 bit are expanded to 8 bit RGB or grey. A picture whose file says grey has
// one channel. Errors: missing, unknown format, damaged or truncated (also what libjpeg calls a warning),
// larger than 16384 x 16384, CMYK.
Image read_image(const std::filesystem::path& path);
bool is_image_name(const std::filesystem::path& path);  // by extension: jpg jpeg png bmp

// Grey from RGB with the integer BT.601 luma of libjpeg: (19595 R + 38470 G + 7471 B + 32768) >> 16, so that
// a grey picture stored as RGB gives the very same bytes. RGB from grey repeats the channel.
Image to_channels(const Image& image, int channels);

// Bilinear with half-pixel centres in fixed point (no library dependence of the result); identity if the size
// is the same.
Image resize_bilinear(const Image& image, int width, int height);
Image crop_center(const Image& image, int width, int height);

}  // namespace trireme
