// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

// ONNX and the reference runtimes allow no window that lies in the padding alone.
void require_pads_below_kernel(const Window& w) {
  const std::int64_t reach_h = w.dilation_h * (w.kernel_h - 1) + 1;
  const std::int64_t reach_w = w.dilation_w * (w.kernel_w - 1) + 1;
  if (w.pad_top < reach_h && w.pad_bottom < reach_h && w.pad_left < reach_w && w.pad_right < reach_w) return;
  throw Error({},
              fmt::format("pads {},{},{},{} of a {}x{} window", w.pad_top, w.pad_left, w.pad_bottom,
                          w.pad_right, reach_h, reach_w),
              "each pad must be smaller than the window");
}

std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const auto& a = attributes<PoolingAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_rank(data, 4, "input");
  Shape output = window_output_shape(data.shape, a.window, data.shape[1], a.ceil_mode);
  require_pads_below_kernel(a.window);
  return {{data.dtype, std::move(output)}};
}

std::string print(const Node& node) {
  const auto& a = attributes<PoolingAttributes>(node);
  std::string text = a.type == PoolingAttributes::Type::max ? "type=max " : "type=avg ";
  text += print_window(a.window);
  if (a.ceil_mode) text += " ceil_mode";
  if (a.count_include_pad) text += " count_include_pad";
  return text;
}

}  // namespace

const OperatorFamily& pooling_operators() {
  static const OperatorFamily rows = {{"pooling", 1, 1, infer, nullptr, print}};
  return rows;
}

}  // namespace trireme
