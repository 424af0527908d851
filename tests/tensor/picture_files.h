// SPDX-License-Identifier: Apache-2.0
// Writers of little pictures for the tests of the readers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "support/files.h"
#include "tensor/image.h"

namespace trireme {

// A colour picture without symmetry, and a grey one.
Image colour_picture(int width, int height);
Image grey_picture(int width, int height);

struct JpegOptions {
  int quality = 90;
  bool progressive = false;
  bool cmyk = false;
};
Bytes jpeg_bytes(const Image& image, const JpegOptions& options = {});

struct PngOptions {
  int bits = 8;        // 16: the 8 bit values times 257
  bool alpha = false;  // added, half transparent
  bool interlaced = false;
  std::vector<std::uint8_t> palette = {};  // RGB triples; the picture is grey and holds indices
};
Bytes png_bytes(const Image& image, const PngOptions& options = {});

struct BmpOptions {
  int bits = 24;
  bool top_down = false;
  std::vector<std::uint8_t> palette = {};  // RGB triples, if bits <= 8; the picture is grey and holds indices
};
Bytes bmp_bytes(const Image& image, const BmpOptions& options = {});

std::vector<std::uint8_t> grey_palette();  // entry i is i, i, i

}  // namespace trireme
