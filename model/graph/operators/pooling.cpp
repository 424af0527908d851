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

Shape pooled_shape(const Graph& graph, const Node& node) {
  const auto& a = attributes<PoolingAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_rank(data, 4, "input");
  if (a.p < 1) throw Error({}, fmt::format("p is {}", a.p), "from 1 on");
  Shape output = window_output_shape(data.shape, a.window, data.shape[1], a.ceil_mode);
  require_pads_below_kernel(a.window);
  return output;
}

// The maximum of integers is one, too.
void require_pooled_type(const Graph& graph, const Node& node) {
  const bool maximum = attributes<PoolingAttributes>(node).type == PoolingAttributes::Type::max;
  require_type(graph, node, 0, maximum ? is_number : is_computed_float, maximum ? "a number" : "float32");
}

std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  require_pooled_type(graph, node);
  return {{input_of(graph, node, 0).dtype, pooled_shape(graph, node)}};
}

std::vector<ValueType> infer_with_argmax(const Graph& graph, const Node& node) {
  if (attributes<PoolingAttributes>(node).type != PoolingAttributes::Type::max) {
    throw Error({}, "it does not look for maxima", "pooling of type max");
  }
  require_pooled_type(graph, node);
  const Shape output = pooled_shape(graph, node);
  return {{input_of(graph, node, 0).dtype, output}, {DataType::int64, output}};
}

std::string print(const Node& node) {
  const auto& a = attributes<PoolingAttributes>(node);
  constexpr const char* kTypes[] = {"max", "avg", "lp"};
  std::string text = fmt::format("type={} ", kTypes[static_cast<int>(a.type)]);
  text += print_window(a.window);
  if (a.ceil_mode) text += " ceil_mode";
  if (a.count_include_pad) text += " count_include_pad";
  if (a.type == PoolingAttributes::Type::lp) text += fmt::format(" p={}", a.p);
  if (a.index_column_major) text += " index_column_major";
  return text;
}

}  // namespace

const OperatorFamily& pooling_operators() {
  static const OperatorFamily rows = {{"pooling", 1, 1, infer, nullptr, print},
                                      {"poolwithargmax", 1, 1, infer_with_argmax, nullptr, print}};
  return rows;
}

}  // namespace trireme
