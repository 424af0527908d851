// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operators/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/import/same_padding.h"
#include "support/text.h"

namespace trireme {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 20;

// One number a dimension (pads: two) of [lowest, 2^20], or nothing if the attribute is missing or wrong. All
// lists of a node must tell the same number of dimensions.
std::vector<std::int64_t> read_list(OnnxNode& node, const char* attribute, std::size_t a_dimension,
                                    std::int64_t lowest, std::size_t& dimensions) {
  std::vector<std::int64_t> list = node.integers(attribute);
  if (list.empty()) return list;
  const std::size_t told = list.size() / a_dimension;
  if (list.size() % a_dimension != 0 || told > 3 || (dimensions != 0 && told != dimensions)) {
    node.unsupported(fmt::format("attribute '{}' has {} numbers", attribute, list.size()),
                     fmt::format("{} for each of one to three dimensions, alike in all lists", a_dimension));
    return {};
  }
  for (const std::int64_t number : list) {
    if (number >= lowest && number <= kLargest) continue;
    node.unsupported(fmt::format("attribute '{}' is {}", attribute, to_string(list)),
                     fmt::format("numbers from {} to {}", lowest, kLargest));
    return {};
  }
  dimensions = told;
  return list;
}

// The numbers of a list to depth, rows and columns, as far as it has them.
void distribute(const std::vector<std::int64_t>& list, std::int64_t& depth, std::int64_t& rows,
                std::int64_t& columns) {
  const std::size_t count = list.size();
  if (count >= 1) columns = list[count - 1];
  if (count >= 2) rows = list[count - 2];
  if (count >= 3) depth = list[count - 3];
}

// ONNX, "auto_pad": output = ceil(input / stride); the odd pixel at the end (UPPER) or at the beginning
// (LOWER).
void same_pads(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
               bool upper, std::int64_t& begin, std::int64_t& end) {
  const std::int64_t total = same_padding(input, kernel, stride, dilation);
  begin = upper ? total / 2 : total - total / 2;
  end = total - begin;
}

}  // namespace

OnnxWindow read_window(OnnxNode& node) {
  OnnxWindow read;
  Window& w = read.window;
  Window& d = read.depth;
  const auto kernel = read_list(node, "kernel_shape", 1, 1, read.dimensions);
  read.has_kernel = !kernel.empty();
  distribute(kernel, d.kernel_h, w.kernel_h, w.kernel_w);
  distribute(read_list(node, "strides", 1, 1, read.dimensions), d.stride_h, w.stride_h, w.stride_w);
  distribute(read_list(node, "dilations", 1, 1, read.dimensions), d.dilation_h, w.dilation_h, w.dilation_w);
  const auto pads = read_list(node, "pads", 2, 0, read.dimensions);  // all begins, then all ends
  const auto half = pads.begin() + static_cast<std::ptrdiff_t>(pads.size() / 2);
  distribute({pads.begin(), half}, d.pad_top, w.pad_top, w.pad_left);
  distribute({half, pads.end()}, d.pad_bottom, w.pad_bottom, w.pad_right);

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

void require_dimensions(OnnxNode& node, const OnnxWindow& read, const Shape& data, std::size_t most) {
  const bool fits = data.size() >= 3 && data.size() <= most + 2 &&
                    (read.dimensions == 0 || read.dimensions + 2 == data.size());
  if (fits) return;
  node.unsupported(fmt::format("a window of {} dimensions on {}", read.dimensions, to_string(data)),
                   fmt::format("batch, channels and one to {} dimensions are supported", most));
  throw NodeSkipped();
}

ValueId as_map(OnnxNode& node, ValueId id, const std::string& suffix) {
  const Shape& s = node.shape_of(id);
  if (s.size() != 3) return id;
  return node.step(suffix, "reshape", ReshapeAttributes{{s[0], s[1], 1, s[2]}}, {id});
}

void map_result(OnnxNode& node, std::size_t data_rank, std::string op, std::any attributes,
                std::vector<ValueId> inputs) {
  if (data_rank != 3) return node.result(std::move(op), std::move(attributes), std::move(inputs));
  const ValueId map = node.step("_map", std::move(op), std::move(attributes), std::move(inputs));
  const Shape& s = node.shape_of(map);
  node.result("reshape", ReshapeAttributes{{s[0], s[1], s[3]}}, {map});
}

}  // namespace trireme
