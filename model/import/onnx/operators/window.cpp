// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operators/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/text.h"

namespace trireme {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 20;

// `count` numbers of [lowest, 2^20], or nothing if the attribute is missing or wrong.
std::vector<std::int64_t> read_list(OnnxNode& node, const char* attribute, std::size_t count,
                                    std::int64_t lowest) {
  std::vector<std::int64_t> list = node.integers(attribute);
  if (list.empty()) return list;
  if (list.size() != count) {
    node.unsupported(fmt::format("attribute '{}' has {} numbers", attribute, list.size()),
                     fmt::format("{}: windows of two dimensions are supported", count));
    return {};
  }
  for (const std::int64_t number : list) {
    if (number >= lowest && number <= kLargest) continue;
    node.unsupported(fmt::format("attribute '{}' is {}", attribute, to_string(list)),
                     fmt::format("numbers from {} to {}", lowest, kLargest));
    return {};
  }
  return list;
}

// ONNX, "auto_pad": output = ceil(input / stride); the odd pixel at the end (UPPER) or at the beginning
// (LOWER).
void same_pads(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
               bool upper, std::int64_t& begin, std::int64_t& end) {
  const std::int64_t outputs = (input + stride - 1) / stride;
  const std::int64_t reach = dilation * (kernel - 1) + 1;
  const std::int64_t total = std::max<std::int64_t>((outputs - 1) * stride + reach - input, 0);
  begin = upper ? total / 2 : total - total / 2;
  end = total - begin;
}

}  // namespace

OnnxWindow read_window(OnnxNode& node) {
  OnnxWindow read;
  Window& w = read.window;
  if (const auto list = read_list(node, "kernel_shape", 2, 1); !list.empty()) {
    w.kernel_h = list[0], w.kernel_w = list[1];
    read.has_kernel = true;
  }
  if (const auto list = read_list(node, "strides", 2, 1); !list.empty())
    w.stride_h = list[0], w.stride_w = list[1];
  if (const auto list = read_list(node, "dilations", 2, 1); !list.empty()) {
    w.dilation_h = list[0], w.dilation_w = list[1];
  }
  const auto pads = read_list(node, "pads", 4, 0);  // top, left, bottom, right
  if (!pads.empty()) w.pad_top = pads[0], w.pad_left = pads[1], w.pad_bottom = pads[2], w.pad_right = pads[3];

  static const std::vector<std::string> kModes = {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"};
  read.auto_pad = node.text("auto_pad", "NOTSET");
  if (std::find(kModes.begin(), kModes.end(), read.auto_pad) == kModes.end()) {
    node.unsupported("attribute 'auto_pad' is '" + read.auto_pad + "'", suggestion(read.auto_pad, kModes));
  } else if (read.auto_pad != "NOTSET" &&
             std::any_of(pads.begin(), pads.end(), [](auto pad) { return pad != 0; })) {
    node.unsupported("it has 'pads' together with auto_pad " + read.auto_pad, "only one of the two");
  }
  return read;
}

Window resolve_pads(const OnnxWindow& read, std::int64_t height, std::int64_t width) {
  Window w = read.window;
  if (read.auto_pad != "SAME_UPPER" && read.auto_pad != "SAME_LOWER") return w;
  const bool upper = read.auto_pad == "SAME_UPPER";
  same_pads(height, w.kernel_h, w.stride_h, w.dilation_h, upper, w.pad_top, w.pad_bottom);
  same_pads(width, w.kernel_w, w.stride_w, w.dilation_w, upper, w.pad_left, w.pad_right);
  return w;
}

}  // namespace trireme
