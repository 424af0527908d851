// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operators/convolution.h"

#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"

namespace trireme {

void set_kernel(OnnxNode& node, OnnxWindow& read, const Shape& data, const Shape& weight) {
  require_dimensions(node, read, data, 2);
  if (weight.size() != data.size()) {
    node.unsupported(fmt::format("a convolution of {} by {}", to_string(data), to_string(weight)),
                     "weights have as many dimensions as the data");
    throw NodeSkipped();
  }
  Window& w = read.window;
  const std::int64_t height = weight.size() == 4 ? weight[2] : 1;
  const std::int64_t width = weight.back();
  if (read.has_kernel && (w.kernel_h != height || w.kernel_w != width)) {
    const std::string rows = weight.size() == 4 ? fmt::format("{},", w.kernel_h) : "";
    node.unsupported(fmt::format("attribute 'kernel_shape' is [{}{}]", rows, w.kernel_w),
                     "the weight has the shape " + to_string(weight));
    throw NodeSkipped();
  }
  w.kernel_h = height, w.kernel_w = width;
  if (height >= 1 && width >= 1) return;
  node.unsupported("the weight is empty: " + to_string(weight));
  throw NodeSkipped();
}

namespace {

std::vector<ValueId> map_inputs(OnnxNode& node) {
  std::vector<ValueId> inputs = {as_map(node, node.input(0), "_input"),
                                 as_map(node, node.input(1), "_weight")};
  if (node.has_input(2)) inputs.push_back(node.input(2));
  return inputs;
}

void import_conv(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  const std::int64_t groups = node.integer("group", 1);
  const Shape data = node.shape(0);
  set_kernel(node, read, data, node.shape(1));
  const std::int64_t height = data.size() == 4 ? data[2] : 1;
  const ConvolutionAttributes a{resolve_pads(read, height, data.back()), groups};
  map_result(node, data.size(), "convolution", a, map_inputs(node));
}

// The pads, and rows behind the last, for an output of `wanted` rows: begin and end as even as can be, the
// odd one at the end for SAME_UPPER (ONNX, ConvTranspose).
void pads_for(std::int64_t wanted, std::int64_t input, std::int64_t reach, std::int64_t stride, bool upper,
              std::int64_t& begin, std::int64_t& end, std::int64_t& output_pad) {
  const std::int64_t total = (input - 1) * stride + output_pad + reach - wanted;
  if (total < 0) output_pad -= total;
  const std::int64_t pads = total < 0 ? 0 : total;
  begin = upper ? pads / 2 : pads - pads / 2;
  end = pads - begin;
}

std::vector<std::int64_t> read_sizes(OnnxNode& node, const char* attribute, std::size_t dimensions) {
  std::vector<std::int64_t> list = node.integers(attribute);
  if (list.empty() || list.size() == dimensions) return list;
  node.unsupported(fmt::format("attribute '{}' has {} numbers", attribute, list.size()),
                   fmt::format("{}: one a dimension of the map", dimensions));
  throw NodeSkipped();
}

// Pads from a wanted size: attribute output_shape, or input * stride by auto_pad SAME.
void resolve_output(const OnnxWindow& read, const std::vector<std::int64_t>& wanted, std::int64_t height,
                    std::int64_t width, DeconvolutionAttributes& a) {
  Window& w = a.window;
  const bool same = read.auto_pad == "SAME_UPPER" || read.auto_pad == "SAME_LOWER";
  if (!same && wanted.empty()) return;
  const bool upper = read.auto_pad == "SAME_UPPER";
  const std::int64_t columns = wanted.empty() ? width * w.stride_w : wanted.back();
  const std::int64_t rows = wanted.empty() ? height * w.stride_h : wanted.size() == 2 ? wanted[0] : 1;
  pads_for(rows, height, w.dilation_h * (w.kernel_h - 1) + 1, w.stride_h, upper, w.pad_top, w.pad_bottom,
           a.output_pad_h);
  pads_for(columns, width, w.dilation_w * (w.kernel_w - 1) + 1, w.stride_w, upper, w.pad_left, w.pad_right,
           a.output_pad_w);
}

void import_conv_transpose(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  DeconvolutionAttributes a;
  a.groups = node.integer("group", 1);
  const Shape data = node.shape(0);
  set_kernel(node, read, data, node.shape(1));
  a.window = read.window;
  const auto output_pads = read_sizes(node, "output_padding", data.size() - 2);
  if (!output_pads.empty()) a.output_pad_w = output_pads.back();
  if (output_pads.size() == 2) a.output_pad_h = output_pads[0];
  const auto wanted = read_sizes(node, "output_shape", data.size() - 2);
  resolve_output(read, wanted, data.size() == 4 ? data[2] : 1, data.back(), a);
  map_result(node, data.size(), "deconvolution", a, map_inputs(node));
}

}  // namespace

const OnnxFamily& onnx_convolution_family() {
  static const OnnxFamily rows = {
      {"Conv", 2, 3, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}, import_conv},
      {"ConvTranspose",
       2,
       3,
       {"auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads",
        "strides"},
       import_conv_transpose}};
  return rows;
}

}  // namespace trireme
