// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/window.h"

namespace trireme {
namespace {

void import_conv(OnnxNode& node) {
  OnnxWindow read = read_window(node);
  const std::int64_t groups = node.integer("group", 1);

  const Shape weight = node.constant(1, "the weight").shape;
  if (node.has_input(2)) node.constant(2, "the bias");
  const Shape data = node.shape(0);
  if (weight.size() != 4 || data.size() != 4) {
    return node.unsupported(fmt::format("a convolution of {} by {}", to_string(data), to_string(weight)),
                            "convolutions of two dimensions are supported: [n,c,h,w] by [out,in,h,w]");
  }
  Window& w = read.window;
  if (read.has_kernel && (w.kernel_h != weight[2] || w.kernel_w != weight[3])) {
    return node.unsupported(fmt::format("attribute 'kernel_shape' is [{},{}]", w.kernel_h, w.kernel_w),
                            "the weight has the shape " + to_string(weight));
  }
  w.kernel_h = weight[2], w.kernel_w = weight[3];
  if (w.kernel_h < 1 || w.kernel_w < 1) return node.unsupported("the weight is empty: " + to_string(weight));

  std::vector<ValueId> inputs = {node.input(0), node.input(1)};
  if (node.has_input(2)) inputs.push_back(node.input(2));
  node.result("convolution", ConvolutionAttributes{resolve_pads(read, data[2], data[3]), groups},
              std::move(inputs));
}

}  // namespace

const OnnxFamily& onnx_convolution_family() {
  static const OnnxFamily rows = {
      {"Conv", 2, 3, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}, import_conv}};
  return rows;
}

}  // namespace trireme
