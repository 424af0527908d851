// SPDX-License-Identifier: Apache-2.0
#include "model/graph/operators/checks.h"

#include <fmt/format.h>

#include <algorithm>

namespace trireme {
namespace {

constexpr std::int64_t kLargestWindow = std::int64_t{1} << 20;  // keeps every product below within int64

void require_range(std::int64_t value, std::int64_t lowest, const char* what) {
  if (value >= lowest && value <= kLargestWindow) return;
  throw Error({}, fmt::format("{} {}", what, value), fmt::format("from {} to {}", lowest, kLargestWindow));
}

}  // namespace

std::vector<ValueType> same_as_input(const Graph& graph, const Node& node) {
  const Value& input = input_of(graph, node, 0);
  return {{input.dtype, input.shape}};
}

std::vector<ValueType> same_as_float_input(const Graph& graph, const Node& node) {
  require_float(graph, node);
  return same_as_input(graph, node);
}

bool is_computed_float(DataType type) { return type == DataType::float32 || type == DataType::float16; }
bool is_number(DataType type) { return is_computed_float(type) || is_integer(type); }
bool is_boolean(DataType type) { return type == DataType::boolean; }

void require_type(const Graph& graph, const Node& node, std::size_t index, bool (*fits)(DataType),
                  const char* allowed) {
  if (!has_input(node, index)) return;
  const Value& value = input_of(graph, node, index);
  if (fits(value.dtype)) return;
  throw Error({}, fmt::format("input '{}' is {}", printable(value.name), name_of(value.dtype)),
              std::string(allowed) + " is supported");
}

void require_float(const Graph& graph, const Node& node) {
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    require_type(graph, node, i, is_computed_float, "float32");
  }
}

void require_alike(const Graph& graph, const Node& node, std::size_t first) {
  const DataType wanted = input_of(graph, node, first).dtype;
  for (std::size_t i = first + 1; i < node.inputs.size(); ++i) {
    if (!has_input(node, i) || input_of(graph, node, i).dtype == wanted) continue;
    throw Error({},
                fmt::format("inputs of {} and {}", name_of(wanted), name_of(input_of(graph, node, i).dtype)),
                "one data type");
  }
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape output(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 1; i <= output.size(); ++i) {
    const std::int64_t dim_a = i <= a.size() ? a[a.size() - i] : 1;
    const std::int64_t dim_b = i <= b.size() ? b[b.size() - i] : 1;
    if (dim_a != dim_b && dim_a != 1 && dim_b != 1) {
      throw Error({}, "the shapes " + to_string(a) + " and " + to_string(b) + " do not fit together",
                  "equal dimensions, or 1, counted from the last");
    }
    output[output.size() - i] = dim_a == 1 ? dim_b : dim_a;
  }
  return output;
}

void require_rank(const Value& value, std::size_t rank, const char* what) {
  if (value.shape.size() == rank) return;
  throw Error({},
              fmt::format("{} '{}' has the shape {}", what, printable(value.name), to_string(value.shape)),
              fmt::format("{} dimensions are supported", rank));
}

void require_shape(const Value& value, const Shape& wanted, const char* what) {
  if (value.shape == wanted) return;
  throw Error({},
              fmt::format("{} '{}' has the shape {}", what, printable(value.name), to_string(value.shape)),
              "it must be " + to_string(wanted));
}

std::int64_t positive_axis(std::int64_t axis, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank) {
    throw Error({}, fmt::format("axis {} of the shape {}", axis, to_string(shape)),
                fmt::format("from {} to {}", -rank, rank - 1));
  }
  return axis < 0 ? axis + rank : axis;
}

// out = (input + pads - dilation*(kernel-1) - 1) / stride + 1, rounded down or up. Rounding up must not start
// a window in the padding behind the map: ONNX, operators MaxPool and AveragePool, "ceil_mode".
std::int64_t window_output(const WindowSpan& span, bool ceil_mode) {
  require_range(span.kernel, 1, "kernel size");
  require_range(span.stride, 1, "stride");
  require_range(span.dilation, 1, "dilation");
  require_range(span.pad_begin, 0, "pad");
  require_range(span.pad_end, 0, "pad");
  const std::int64_t reach = span.dilation * (span.kernel - 1) + 1;
  const std::int64_t room = span.input + span.pad_begin + span.pad_end - reach;
  if (room < 0) {
    throw Error(
        {},
        fmt::format("a window of {} (kernel {}, dilation {}) does not fit a map of {} with pads {} and {}",
                    reach, span.kernel, span.dilation, span.input, span.pad_begin, span.pad_end));
  }
  std::int64_t outputs = room / span.stride + 1;
  if (ceil_mode && room % span.stride != 0 && outputs * span.stride < span.input + span.pad_begin) ++outputs;
  return outputs;
}

Shape window_output_shape(const Shape& input, const Window& w, std::int64_t channels, bool ceil_mode) {
  const WindowSpan rows{input[2], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom};
  const WindowSpan columns{input[3], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right};
  return {input[0], channels, window_output(rows, ceil_mode), window_output(columns, ceil_mode)};
}

std::string print_window(const Window& w) {
  std::string text = fmt::format("kernel={}x{} stride={}x{} pad={},{},{},{}", w.kernel_h, w.kernel_w,
                                 w.stride_h, w.stride_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right);
  if (w.dilation_h != 1 || w.dilation_w != 1)
    text += fmt::format(" dilation={}x{}", w.dilation_h, w.dilation_w);
  return text;
}

std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return b != 0 && a > kMost / b ? kMost : a * b;
}

}  // namespace trireme
