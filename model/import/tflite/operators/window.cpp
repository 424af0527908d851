// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/operators/window.h"

#include <fmt/format.h>

#include "model/import/same_padding.h"

namespace trireme {
namespace {

void check_range(TfliteNode& node, const char* what, std::int64_t h, std::int64_t w) {
  constexpr std::int64_t kMost = 1 << 20;
  if (h >= 1 && w >= 1 && h <= kMost && w <= kMost) return;
  node.leave(fmt::format("the {} is {} by {}", what, h, w), fmt::format("1 to {}", kMost));
}

}  // namespace

void resolve_padding(TfliteNode& node, tflite_file::Padding padding, std::int64_t height, std::int64_t width,
                     Window& window) {
  check_range(node, "kernel", window.kernel_h, window.kernel_w);
  check_range(node, "stride", window.stride_h, window.stride_w);
  check_range(node, "dilation", window.dilation_h, window.dilation_w);
  if (padding == tflite_file::Padding::VALID) return;
  if (padding != tflite_file::Padding::SAME)
    node.leave(fmt::format("the padding is number {}", static_cast<int>(padding)), "SAME or VALID");
  const std::int64_t rows = same_padding(height, window.kernel_h, window.stride_h, window.dilation_h);
  const std::int64_t columns = same_padding(width, window.kernel_w, window.stride_w, window.dilation_w);
  window.pad_top = rows / 2, window.pad_bottom = rows - rows / 2;
  window.pad_left = columns / 2, window.pad_right = columns - columns / 2;
}

const Shape& image_shape(TfliteNode& node, std::size_t input) {
  const Shape& shape = node.shape(input);
  if (shape.size() == 4) return shape;
  node.leave(fmt::format("input {} has the shape {}", input, to_string(shape)), "images: [n,h,w,c]");
}

}  // namespace trireme
