// SPDX-License-Identifier: Apache-2.0
// Operators that cut, repeat, pad and interleave data; any data type passes.
#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

void require_one_an_axis(std::size_t count, const Shape& shape, const char* what) {
  if (count == shape.size()) return;
  throw Error({}, fmt::format("{} {} for the shape {}", count, what, to_string(shape)), "one an axis");
}

// No sizes mean equal parts, -1 as the last one the rest.
void normalize_split(const Graph& graph, Node& node) {
  SplitAttributes a = attributes<SplitAttributes>(node);
  const Shape& shape = input_of(graph, node, 0).shape;
  a.axis = positive_axis(a.axis, shape);
  const std::int64_t dim = shape[static_cast<std::size_t>(a.axis)];
  if (node.outputs.empty()) throw Error({}, "it has no outputs");
  if (a.sizes.empty())
    a.sizes.assign(node.outputs.size(), dim / static_cast<std::int64_t>(node.outputs.size()));
  if (a.sizes.back() == -1) {
    a.sizes.back() = dim;
    for (std::size_t i = 0; i + 1 < a.sizes.size(); ++i)
      a.sizes.back() -= std::clamp<std::int64_t>(a.sizes[i], 0, dim);
  }
  node.attributes = a;
}

std::vector<ValueType> infer_split(const Graph& graph, const Node& node) {
  const auto& a = attributes<SplitAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  const auto axis = static_cast<std::size_t>(a.axis);
  std::vector<ValueType> parts;
  std::int64_t left = data.shape[axis];
  for (const std::int64_t size : a.sizes) {
    if (size < 0 || size > left) break;
    left -= size;
    parts.push_back({data.dtype, data.shape});
    parts.back().shape[axis] = size;
  }
  if (left != 0 || parts.size() != a.sizes.size()) {
    throw Error({}, fmt::format("sizes {} of axis {} of {}", to_string(a.sizes), axis, to_string(data.shape)),
                "together they must be the axis");
  }
  return parts;
}

std::string print_split(const Node& node) {
  const auto& a = attributes<SplitAttributes>(node);
  return fmt::format("axis={} sizes={}", a.axis, to_string(a.sizes));
}

std::vector<ValueType> infer_slice(const Graph& graph, const Node& node) {
  const auto& a = attributes<SliceAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_one_an_axis(a.begin.size(), data.shape, "begins");
  require_one_an_axis(a.size.size(), data.shape, "sizes");
  require_one_an_axis(a.step.size(), data.shape, "steps");
  for (std::size_t i = 0; i < a.begin.size(); ++i) {
    const std::int64_t dim = data.shape[i], step = a.step[i], size = a.size[i], begin = a.begin[i];
    const bool inside = begin >= 0 && begin < dim && size >= 0 && size <= dim && step != 0;
    const std::int64_t room = step > 0 ? dim - 1 - begin : begin;
    // (size - 1) |step| <= room, without overflow; a step of INT64_MIN has no magnitude
    const std::int64_t stride = step > 0 ? step : step == INT64_MIN ? INT64_MAX : -step;
    if (inside && (size <= 1 || stride <= room / (size - 1))) continue;
    throw Error({},
                fmt::format("begin {}, size {}, step {} of axis {} of {}", begin, size, step, i,
                            to_string(data.shape)),
                "all elements inside of the axis");
  }
  return {{data.dtype, a.size}};
}

std::string print_slice(const Node& node) {
  const auto& a = attributes<SliceAttributes>(node);
  return fmt::format("begin={} size={} step={}", to_string(a.begin), to_string(a.size), to_string(a.step));
}

std::vector<ValueType> infer_pad(const Graph& graph, const Node& node) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  const auto& a = attributes<PadAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_one_an_axis(a.before.size(), data.shape, "pads before");
  require_one_an_axis(a.after.size(), data.shape, "pads after");
  Shape shape = data.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t dim = data.shape[i], before = a.before[i], after = a.after[i];
    const std::int64_t longest = std::max(before, after);
    if (std::min(before, after) < -dim || longest > kMost) {
      throw Error({}, fmt::format("pads {} and {} of axis {} of {}", before, after, i, to_string(data.shape)),
                  "at least minus the axis");
    }
    const std::int64_t kept = dim + std::min<std::int64_t>(before, 0) + std::min<std::int64_t>(after, 0);
    const std::int64_t needed = a.mode == PadAttributes::Mode::reflect ? longest + 1 : 1;
    if (kept < needed && a.mode != PadAttributes::Mode::constant) {
      throw Error({}, fmt::format("pads {} and {} of axis {} of {}", before, after, i, to_string(data.shape)),
                  "what they repeat must be there");
    }
    shape[i] += a.before[i] + a.after[i];
  }
  return {{data.dtype, std::move(shape)}};
}

std::string print_pad(const Node& node) {
  constexpr const char* kModes[] = {"constant", "reflect", "edge", "wrap"};
  const auto& a = attributes<PadAttributes>(node);
  return fmt::format("mode={} before={} after={} value={}", kModes[static_cast<std::size_t>(a.mode)],
                     to_string(a.before), to_string(a.after), a.value);
}

std::vector<ValueType> infer_expand(const Graph& graph, const Node& node) {
  const Shape& shape = attributes<ExpandAttributes>(node).shape;
  const Value& data = input_of(graph, node, 0);
  bool fits = data.shape.size() <= shape.size();
  for (std::size_t i = 0; fits && i < data.shape.size(); ++i) {
    const std::int64_t dim = data.shape[data.shape.size() - 1 - i];
    fits = dim == 1 || dim == shape[shape.size() - 1 - i];
  }
  if (!fits)
    throw Error({}, "cannot expand " + to_string(data.shape) + " to " + to_string(shape),
                "only axes of size 1 repeat");
  return {{data.dtype, shape}};
}

std::string print_expand(const Node& node) {
  return "shape=" + to_string(attributes<ExpandAttributes>(node).shape);
}

std::vector<ValueType> infer_tile(const Graph& graph, const Node& node) {
  const auto& repeats = attributes<TileAttributes>(node).repeats;
  const Value& data = input_of(graph, node, 0);
  require_one_an_axis(repeats.size(), data.shape, "repeats");
  Shape shape = data.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (repeats[i] < 1) throw Error({}, "repeats " + to_string(repeats), "from 1 on");
    shape[i] = saturating_multiply(shape[i], repeats[i]);
  }
  return {{data.dtype, std::move(shape)}};
}

std::string print_tile(const Node& node) {
  return "repeats=" + to_string(attributes<TileAttributes>(node).repeats);
}

std::vector<ValueType> infer_blocks(const Graph& graph, const Node& node) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 20;
  const auto& a = attributes<BlockAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  require_rank(data, 4, "input");
  const bool to_space = node.op == "depth2space";
  const std::int64_t area = a.block_h > 0 && a.block_w > 0 && std::max(a.block_h, a.block_w) <= kLargest
                                ? a.block_h * a.block_w
                                : 0;
  const Shape& in = data.shape;
  const bool fits =
      area > 0 && (to_space ? in[1] % area == 0 : in[2] % a.block_h == 0 && in[3] % a.block_w == 0);
  if (!fits) {
    throw Error({}, fmt::format("blocks of {}x{} of the shape {}", a.block_h, a.block_w, to_string(in)),
                to_space ? "they must divide the channels" : "they must divide height and width");
  }
  if (to_space) return {{data.dtype, {in[0], in[1] / area, in[2] * a.block_h, in[3] * a.block_w}}};
  return {{data.dtype, {in[0], in[1] * area, in[2] / a.block_h, in[3] / a.block_w}}};
}

std::string print_blocks(const Node& node) {
  const auto& a = attributes<BlockAttributes>(node);
  return fmt::format("block={}x{}{}", a.block_h, a.block_w, a.column_row_depth ? " crd" : "");
}

}  // namespace

const OperatorFamily& movement_operators() {
  static const OperatorFamily rows = {
      {"split", 1, 1, infer_split, nullptr, print_split, normalize_split},
      {"slice", 1, 1, infer_slice, nullptr, print_slice},
      {"pad", 1, 1, infer_pad, nullptr, print_pad},
      {"expand", 1, 1, infer_expand, nullptr, print_expand},
      {"tile", 1, 1, infer_tile, nullptr, print_tile},
      {"depth2space", 1, 1, infer_blocks, nullptr, print_blocks},
      {"space2depth", 1, 1, infer_blocks, nullptr, print_blocks},
  };
  return rows;
}

}  // namespace trireme
