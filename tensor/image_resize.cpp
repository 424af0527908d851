// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "support/error.h"
#include "tensor/image.h"

namespace trireme {

namespace {

constexpr int longest_side = 16384;

std::size_t offset(const Image& image, int x, int y) {
  return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)) *
         static_cast<std::size_t>(image.channels);
}

Image blank(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.pixels.resize(offset(image, 0, height));
  return image;
}

void require_size(int width, int height) {
  if (width >= 1 && height >= 1 && width <= longest_side && height <= longest_side) return;
  throw Error(fmt::format("picture size {} x {}", width, height), "out of range",
              fmt::format("1 x 1 to {} x {}", longest_side, longest_side));
}

// The two source samples of a target sample, and the weight of the second in 1/2048.
struct Tap {
  int first;
  int second;
  int weight;
};

constexpr int weight_bits = 11;
constexpr int one = 1 << weight_bits;

// Half-pixel centres: target sample i lies at (i + 1/2) * source / target - 1/2, which is n / d with
// n = (2 i + 1) * source - target and d = 2 * target. Left of the first centre and right of the last one the
// edge sample is repeated.
std::vector<Tap> make_taps(int source, int target) {
  std::vector<Tap> taps;
  const std::int64_t d = std::int64_t{2} * target;
  for (std::int64_t i = 0; i < target; ++i) {
    const std::int64_t n = std::max<std::int64_t>(0, (2 * i + 1) * source - target);
    const int first = static_cast<int>(n / d);
    const int weight = static_cast<int>((n % d * one + target) / d);  // rounded to nearest
    taps.push_back({first, std::min(first + 1, source - 1), weight});
  }
  return taps;
}

}  // namespace

Image to_channels(const Image& image, int channels) {
  if (channels != 1 && channels != 3) {
    throw Error("", fmt::format("a picture cannot have {} channels", channels), "1 (grey) or 3 (RGB)");
  }
  if (image.channels == channels) return image;
  Image result = blank(image.width, image.height, channels);
  const std::size_t count = offset(image, 0, image.height) / static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < count; ++i) {
    if (channels == 3) {
      std::fill_n(&result.pixels[3 * i], 3, image.pixels[i]);
    } else {
      const std::uint8_t* rgb = &image.pixels[3 * i];
      // The weights add up to 65536, so that R = G = B gives the same value.
      const std::uint32_t luma = 19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U;
      result.pixels[i] = static_cast<std::uint8_t>(luma >> 16);
    }
  }
  return result;
}

Image resize_bilinear(const Image& image, int width, int height) {
  require_size(width, height);
  if (image.width == width && image.height == height) return image;
  const std::vector<Tap> columns = make_taps(image.width, width);
  const std::vector<Tap> rows = make_taps(image.height, height);
  Image result = blank(width, height, image.channels);
  std::uint8_t* target = result.pixels.data();
  for (const Tap& row : rows) {
    const std::uint8_t* top = &image.pixels[offset(image, 0, row.first)];
    const std::uint8_t* bottom = &image.pixels[offset(image, 0, row.second)];
    for (const Tap& column : columns) {
      const int left = column.first * image.channels, right = column.second * image.channels;
      for (int c = 0; c < image.channels; ++c) {
        const int above = top[left + c] * (one - column.weight) + top[right + c] * column.weight;
        const int below = bottom[left + c] * (one - column.weight) + bottom[right + c] * column.weight;
        // At most 255 * 2^22: fits 31 bits. Rounded once, half up.
        const int sum = above * (one - row.weight) + below * row.weight;
        *target++ = static_cast<std::uint8_t>((sum + (1 << (2 * weight_bits - 1))) >> (2 * weight_bits));
      }
    }
  }
  return result;
}

Image crop_center(const Image& image, int width, int height) {
  require_size(width, height);
  if (width > image.width || height > image.height) {
    throw Error(fmt::format("crop to {} x {}", width, height),
                fmt::format("the picture has only {} x {} pixels", image.width, image.height),
                "resize it first");
  }
  Image result = blank(width, height, image.channels);
  const int left = (image.width - width) / 2, top = (image.height - height) / 2;
  const std::size_t row_bytes = offset(result, 0, 1);
  for (int y = 0; y < height; ++y) {
    std::copy_n(&image.pixels[offset(image, left, top + y)], row_bytes, &result.pixels[offset(result, 0, y)]);
  }
  return result;
}

}  // namespace trireme
