// SPDX-License-Identifier: Apache-2.0
#include "tests/tensor/picture_files.h"

#include <png.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <jpeglib.h>

namespace trireme {

namespace {

Image picture(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  for (int i = 0; i < width * height * channels; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 256));
  return image;
}

void append_to_bytes(png_structp png, png_bytep data, png_size_t size) {
  auto* bytes = static_cast<Bytes*>(png_get_io_ptr(png));
  bytes->insert(bytes->end(), data, data + size);
}

// One row as PNG stores it: samples of 8 or 16 bits, with alpha if asked for.
Bytes png_row(const Image& image, int y, const PngOptions& options) {
  Bytes row;
  const auto sample = [&](int value) {
    for (int i = 0; i < options.bits / 8; ++i) row.push_back(static_cast<std::uint8_t>(value));
  };
  for (int x = 0; x < image.width; ++x) {
    const int at = (y * image.width + x) * image.channels;
    for (int c = 0; c < image.channels; ++c) sample(image.pixels[static_cast<std::size_t>(at + c)]);
    if (options.alpha) sample(128);
  }
  return row;
}

int png_colour_type(const Image& image, const PngOptions& options) {
  if (!options.palette.empty()) return PNG_COLOR_TYPE_PALETTE;
  return (image.channels == 3 ? PNG_COLOR_MASK_COLOR : 0) | (options.alpha ? PNG_COLOR_MASK_ALPHA : 0);
}

void put(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xFF));
}

// One row as BMP stores it, padded to four bytes.
Bytes bmp_row(const Image& image, int y, int bits) {
  Bytes row(static_cast<std::size_t>((image.width * bits + 31) / 32 * 4), 0);
  for (int x = 0; x < image.width; ++x) {
    const std::uint8_t* pixel =
        &image.pixels[static_cast<std::size_t>((y * image.width + x) * image.channels)];
    const int bit = x * bits;
    if (bits <= 8) {
      row[static_cast<std::size_t>(bit / 8)] |= static_cast<std::uint8_t>(*pixel << (8 - bits - bit % 8));
      continue;
    }
    for (int c = 0; c < 3; ++c)
      row[static_cast<std::size_t>(bit / 8 + c)] = pixel[image.channels == 3 ? 2 - c : 0];
  }
  return row;
}

}  // namespace

Image colour_picture(int width, int height) { return picture(width, height, 3); }
Image grey_picture(int width, int height) { return picture(width, height, 1); }

std::vector<std::uint8_t> grey_palette() {
  std::vector<std::uint8_t> palette;
  for (int i = 0; i < 256; ++i) palette.insert(palette.end(), 3, static_cast<std::uint8_t>(i));
  return palette;
}

Bytes jpeg_bytes(const Image& image, const JpegOptions& options) {
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors = {};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = options.cmyk ? 4 : image.channels;
  info.in_color_space = options.cmyk ? JCS_CMYK : image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, options.quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  if (options.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  Bytes row(static_cast<std::size_t>(image.width * info.input_components), 0);
  while (info.next_scanline < info.image_height) {
    if (!options.cmyk) std::memcpy(row.data(), &image.pixels[info.next_scanline * row.size()], row.size());
    JSAMPROW start = row.data();
    jpeg_write_scanlines(&info, &start, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const Bytes bytes(buffer, buffer + size);
  std::free(buffer);
  return bytes;
}

Bytes png_bytes(const Image& image, const PngOptions& options) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &bytes, append_to_bytes, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
               options.bits, png_colour_type(image, options),
               options.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> colours;
  for (std::size_t i = 0; i + 2 < options.palette.size(); i += 3) {
    colours.push_back({options.palette[i], options.palette[i + 1], options.palette[i + 2]});
  }
  if (!colours.empty()) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  png_write_info(png, info);
  std::vector<Bytes> rows;
  for (int y = 0; y < image.height; ++y) rows.push_back(png_row(image, y, options));
  std::vector<png_bytep> starts;
  for (Bytes& row : rows) starts.push_back(row.data());
  png_write_image(png, starts.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

Bytes bmp_bytes(const Image& image, const BmpOptions& options) {
  const std::size_t entries = options.palette.size() / 3;
  Bytes pixels;
  for (int i = 0; i < image.height; ++i) {
    const Bytes row = bmp_row(image, options.top_down ? i : image.height - 1 - i, options.bits);
    pixels.insert(pixels.end(), row.begin(), row.end());
  }
  Bytes bytes;
  const std::size_t data_offset = 54 + 4 * entries;
  put(bytes, 0x4D42, 2);
  put(bytes, data_offset + pixels.size(), 4);
  put(bytes, 0, 4);
  put(bytes, data_offset, 4);
  put(bytes, 40, 4);
  put(bytes, static_cast<std::uint64_t>(image.width), 4);
  put(bytes, static_cast<std::uint64_t>(options.top_down ? -image.height : image.height), 4);
  put(bytes, 1, 2);
  put(bytes, static_cast<std::uint64_t>(options.bits), 2);
  put(bytes, 0, 4);  // uncompressed
  put(bytes, pixels.size(), 4);
  put(bytes, 0, 8);  // resolution
  put(bytes, entries, 4);
  put(bytes, 0, 4);
  for (std::size_t i = 0; i < entries; ++i) {
    for (const std::size_t c : {2, 1, 0}) bytes.push_back(options.palette[3 * i + c]);
    bytes.push_back(0);
  }
  bytes.insert(bytes.end(), pixels.begin(), pixels.end());
  return bytes;
}

}  // namespace trireme
