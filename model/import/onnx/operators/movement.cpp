// SPDX-License-Identifier: Apache-2.0
// Operators that cut, repeat, pad and interleave data. What was an attribute in old operator sets and is an
// input in newer ones is taken from wherever it is.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

// The sizes of the parts: given, or as equal as possible, the last one smaller (num_outputs, opset 18).
void import_split(OnnxNode& node) {
  const std::int64_t wish = node.integer("axis", 0);
  std::vector<std::int64_t> sizes = node.integers("split");
  const auto outputs = static_cast<std::int64_t>(node.output_count());
  const std::int64_t parts = node.integer("num_outputs", outputs);
  if (node.has_input(1)) sizes = node.constant_integers(1, "the list of sizes");
  const std::int64_t axis = axis_of(node, wish, node.shape(0).size());
  const std::int64_t dim = node.shape(0)[static_cast<std::size_t>(axis)];
  if (parts != outputs || (!sizes.empty() && static_cast<std::int64_t>(sizes.size()) != outputs)) {
    return node.unsupported(
        fmt::format("{} sizes, num_outputs {}, {} outputs", sizes.size(), parts, outputs));
  }
  if (sizes.empty()) {
    const std::int64_t size = (dim + parts - 1) / parts;
    sizes.assign(static_cast<std::size_t>(parts), size);
    sizes.back() = dim - size * (parts - 1);
  }
  const std::size_t count = sizes.size();
  node.results("split", SplitAttributes{axis, std::move(sizes)}, {node.input(0)}, count);
}

struct AxisRange {
  std::int64_t begin, size, step;
};

// As Python slices: negative positions count from the end, positions outside are the ends.
AxisRange slice_range(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  const std::int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? dim : dim - 1;
  const auto position = [&](std::int64_t at) {
    return std::clamp(at < 0 ? std::max(at, -dim - 1) + dim : at, lowest, highest);
  };
  const std::int64_t first = position(start), last = position(end);
  const std::int64_t distance = step > 0 ? last - first : first - last;
  if (distance <= 0) return {0, 0, 1};
  const std::int64_t stride = step > 0 ? step : step == INT64_MIN ? INT64_MAX : -step;
  return {first, (distance - 1) / stride + 1, step};
}

void import_slice(OnnxNode& node) {
  std::vector<std::int64_t> starts = node.integers("starts"), ends = node.integers("ends");
  std::vector<std::int64_t> axes = node.integers("axes"), steps;
  bool all_axes = !node.has("axes");
  if (node.has_input(1)) {
    starts = node.constant_integers(1, "starts");
    ends = node.constant_integers(2, "ends");
    all_axes = !node.has_input(3);
    if (!all_axes) axes = node.constant_integers(3, "the list of axes");
    if (node.has_input(4)) steps = node.constant_integers(4, "steps");
  }
  const Shape data = node.shape(0);
  if (all_axes) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (starts.empty() || ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size() || std::count(steps.begin(), steps.end(), 0) != 0) {
    return node.unsupported(fmt::format("starts {}, ends {}, axes {}, steps {}", to_string(starts),
                                        to_string(ends), to_string(axes), to_string(steps)),
                            "lists of one length; no step is 0");
  }
  SliceAttributes a{Shape(data.size(), 0), data, Shape(data.size(), 1)};
  axes = distinct_axes(node, axes, data.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(axes[i]);
    const AxisRange range = slice_range(starts[i], ends[i], steps[i], data[axis]);
    a.begin[axis] = range.begin, a.size[axis] = range.size, a.step[axis] = range.step;
  }
  node.result("slice", a, {node.input(0)});
}

void import_pad(OnnxNode& node) {
  const std::vector<std::pair<std::string, PadAttributes::Mode>> modes = {
      {"constant", PadAttributes::Mode::constant},
      {"reflect", PadAttributes::Mode::reflect},
      {"edge", PadAttributes::Mode::edge},
      {"wrap", PadAttributes::Mode::wrap}};
  PadAttributes a;
  a.mode = choice(node, "mode", "constant", modes);
  a.value = static_cast<double>(node.real("value", 0));
  std::vector<std::int64_t> pads = node.integers("pads"), axes;
  if (node.has_input(1)) pads = node.constant_integers(1, "the pads");
  if (node.has_input(2)) {
    const Tensor& value = node.constant(2, "constant_value");
    if (value.size() != 1) return node.unsupported("constant_value has the shape " + to_string(value.shape));
    a.value = element(value, 0);
  }
  const std::size_t rank = node.shape(0).size();
  axes = node.has_input(3) ? distinct_axes(node, node.constant_integers(3, "the list of axes"), rank)
                           : every_axis(rank);
  if (pads.size() != 2 * axes.size())
    return node.unsupported("pads " + to_string(pads), fmt::format("{} numbers", 2 * axes.size()));
  a.before.assign(rank, 0);
  a.after.assign(rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    a.before[static_cast<std::size_t>(axes[i])] = pads[i];
    a.after[static_cast<std::size_t>(axes[i])] = pads[i + axes.size()];
  }
  node.result("pad", a, {node.input(0)});
}

// The centre of the data, or the data in the centre: pads that may be negative.
void import_center_crop_pad(OnnxNode& node) {
  std::vector<std::int64_t> axes = node.integers("axes");
  const std::vector<std::int64_t> wanted = node.constant_integers(1, "the shape");
  const Shape data = node.shape(0);
  axes = node.has("axes") ? distinct_axes(node, axes, data.size()) : every_axis(data.size());
  if (wanted.size() != axes.size())
    return node.unsupported("the shape " + to_string(wanted) + " for the axes " + to_string(axes));
  PadAttributes a;
  a.before.assign(data.size(), 0);
  a.after.assign(data.size(), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(axes[i]);
    if (wanted[i] < 1 || wanted[i] > (std::int64_t{1} << 40))
      return node.unsupported("the shape " + to_string(wanted));
    const std::int64_t more = wanted[i] - data[axis];
    a.before[axis] = more / 2;  // towards 0: cropping and padding both round their begin down
    a.after[axis] = more - more / 2;
  }
  node.result("pad", a, {node.input(0)});
}

// Data and shape are broadcast to each other: a 1 in the shape keeps the dimension.
void import_expand(OnnxNode& node) {
  Shape shape = node.constant_integers(1, "the shape");
  const Shape data = node.shape(0);
  if (shape.size() < data.size()) shape.insert(shape.begin(), data.size() - shape.size(), 1);
  for (std::size_t i = 0; i < data.size(); ++i) {
    std::int64_t& dim = shape[shape.size() - 1 - i];
    if (dim == 1) dim = data[data.size() - 1 - i];
  }
  if (shape == data) return node.result("noop", {}, {node.input(0)});
  node.result("expand", ExpandAttributes{shape}, {node.input(0)});
}

void import_tile(OnnxNode& node) {
  const TileAttributes a{node.constant_integers(1, "the repeats")};
  node.result("tile", a, {node.input(0)});
}

void import_depth_to_space(OnnxNode& node) {
  const std::int64_t block = node.integer("blocksize", 0);
  const std::vector<std::pair<std::string, bool>> modes = {{"DCR", false}, {"CRD", true}};
  const BlockAttributes a{block, block, choice(node, "mode", "DCR", modes)};
  node.result("depth2space", a, {node.input(0)});
}

void import_space_to_depth(OnnxNode& node) {
  const std::int64_t block = node.integer("blocksize", 0);
  node.result("space2depth", BlockAttributes{block, block, false}, {node.input(0)});
}

// The triangle above or below a diagonal: a choice by a constant mask.
void import_trilu(OnnxNode& node) {
  const bool upper = node.flag("upper", true);
  std::int64_t k = 0;
  if (node.has_input(1)) {
    const std::vector<std::int64_t> list = node.constant_integers(1, "k");
    if (list.size() != 1) return node.unsupported("k is " + to_string(list), "one number");
    k = list[0];
  }
  const Shape data = node.shape(0);
  if (data.size() < 2) return node.unsupported("the input has the shape " + to_string(data), "a matrix");
  const std::int64_t rows = data[data.size() - 2], columns = data.back();
  node.budget().spend(element_count({rows, columns}), DataType::boolean);
  Tensor mask(DataType::boolean, {rows, columns});
  for (std::int64_t i = 0; i < mask.size(); ++i) {
    const std::int64_t row = i / columns, column = i % columns;
    const bool inside = k > columns ? !upper
                        : k < -rows ? upper
                        : upper     ? column - row >= k
                                    : column - row <= k;
    mask.bytes[static_cast<std::size_t>(i)] = inside ? 1 : 0;
  }
  const ValueId chosen = node.step_constant("_mask", std::move(mask));
  const ValueId zero = node.step_constant("_zero", Tensor(node.dtype(0), {}));
  node.result("where", {}, {chosen, node.input(0), zero});
}

}  // namespace

const OnnxFamily& onnx_movement_family() {
  static const OnnxFamily rows = {
      {"Split", 1, 2, {"axis", "num_outputs", "split"}, import_split, kAnyNumberOfOutputs},
      {"Slice", 1, 5, {"axes", "ends", "starts"}, import_slice},
      {"Pad", 1, 4, {"mode", "pads", "value"}, import_pad},
      {"CenterCropPad", 2, 2, {"axes"}, import_center_crop_pad},
      {"Expand", 2, 2, {}, import_expand},
      {"Tile", 2, 2, {}, import_tile},
      {"DepthToSpace", 1, 1, {"blocksize", "mode"}, import_depth_to_space},
      {"SpaceToDepth", 1, 1, {"blocksize"}, import_space_to_depth},
      {"Trilu", 1, 2, {"upper"}, import_trilu},
  };
  return rows;
}

}  // namespace trireme
