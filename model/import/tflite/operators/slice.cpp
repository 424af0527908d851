// SPDX-License-Identifier: Apache-2.0
// Operators that take parts of data, or put something around it.
#include <fmt/format.h>

#include <algorithm>

#include "model/import/strided_slice.h"
#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/axes.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

void split_along(TfliteNode& node, std::size_t data, std::int64_t axis, std::vector<std::int64_t> sizes) {
  if (sizes.size() != node.output_count())
    node.leave(fmt::format("{} parts for {} outputs", sizes.size(), node.output_count()));
  node.results("split", SplitAttributes{axis, std::move(sizes)}, {node.input(data)});
}

// Inputs: axis, data.
void import_split(TfliteNode& node) {
  const auto options = node.options<tflite_file::SplitOptionsT>();
  const Shape data = node.shape(1);
  const std::int64_t axis = checked_axis(node, node.constant_integer(0, "the axis"), data.size());
  const std::int64_t size = data[static_cast<std::size_t>(axis)];
  const auto parts = static_cast<std::int64_t>(node.output_count());
  if (options.num_splits != parts || size % parts != 0)
    node.leave(fmt::format("{} split into {} for {} outputs", size, options.num_splits, parts));
  split_along(node, 1, axis, std::vector<std::int64_t>(node.output_count(), size / parts));
}

// Inputs: data, sizes (one may be -1, the rest), axis.
void import_split_v(TfliteNode& node) {
  const Shape data = node.shape(0);
  std::vector<std::int64_t> sizes = node.constant_integers(1, "the list of sizes");
  const std::int64_t axis = checked_axis(node, node.constant_integer(2, "the axis"), data.size());
  const auto open = std::find(sizes.begin(), sizes.end(), -1);
  if (open != sizes.end()) {
    *open = data[static_cast<std::size_t>(axis)];
    for (auto size = sizes.begin(); size != sizes.end(); ++size) {
      if (size != open) *open -= *size;
    }
  }
  split_along(node, 0, axis, std::move(sizes));
}

// Parts of one along the axis, which then goes.
void import_unpack(TfliteNode& node) {
  const auto options = node.options<tflite_file::UnpackOptionsT>();
  const Shape data = node.shape(0);
  const std::int64_t axis = checked_axis(node, options.axis, data.size());
  const auto parts = static_cast<std::int64_t>(node.output_count());
  if (data[static_cast<std::size_t>(axis)] != parts)
    node.leave(fmt::format("axis {} of {} for {} outputs", axis, to_string(data), parts));
  Shape single = data;
  single.erase(single.begin() + axis);
  const ValueId input = node.input(0);
  const Quantization like = node.value(0).quantization;
  for (std::int64_t i = 0; i < parts; ++i) {
    SliceAttributes a;
    a.begin.assign(data.size(), 0);
    a.size = data;
    a.step.assign(data.size(), 1);
    a.begin[static_cast<std::size_t>(axis)] = i;
    a.size[static_cast<std::size_t>(axis)] = 1;
    const ValueId part = node.step(fmt::format("/part{}", i), "slice", a, {input}, like);
    node.result_of(static_cast<std::size_t>(i), "reshape", ReshapeAttributes{single}, {part});
  }
}

// Size -1: everything from begin on.
void import_slice(TfliteNode& node) {
  const Shape data = node.shape(0);
  SliceAttributes a;
  a.begin = node.constant_integers(1, "the list of starts");
  a.size = node.constant_integers(2, "the list of sizes");
  a.step.assign(data.size(), 1);
  if (a.begin.size() != data.size() || a.size.size() != data.size())
    node.leave(fmt::format("{} starts and {} sizes for {}", a.begin.size(), a.size.size(), to_string(data)));
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (a.size[i] == -1) a.size[i] = data[i] - a.begin[i];
  }
  node.result("slice", a, {node.input(0)});
}

StridedSlice resolve(TfliteNode& node, const Shape& data, const tflite_file::StridedSliceOptionsT& options) {
  StridedRanges r;
  r.begin = node.constant_integers(1, "the list of starts");
  r.end = node.constant_integers(2, "the list of ends");
  r.step = node.constant_integers(3, "the list of steps");
  r.begin_mask = options.begin_mask, r.end_mask = options.end_mask, r.ellipsis_mask = options.ellipsis_mask;
  r.new_axis_mask = options.new_axis_mask, r.shrink_axis_mask = options.shrink_axis_mask;
  r.end_is_offset = options.offset;
  try {
    return resolve_strided(data, r);
  } catch (const Error& error) {
    node.leave(error.problems()[0].what);
  }
}

void import_strided_slice(TfliteNode& node) {
  const auto options = node.options<tflite_file::StridedSliceOptionsT>();
  const Shape data = node.shape(0);
  const StridedSlice resolved = resolve(node, data, options);
  const ValueId input = node.input(0);
  if (resolved.shape == resolved.slice.size) return node.result("slice", resolved.slice, {input});
  const Quantization like = node.value(0).quantization;
  const ValueId part = node.step("/part", "slice", resolved.slice, {input}, like);
  node.result("reshape", ReshapeAttributes{resolved.shape}, {part});
}

void import_reverse(TfliteNode& node) {
  const Shape data = node.shape(0);
  SliceAttributes a;
  a.begin.assign(data.size(), 0);
  a.size = data;
  a.step.assign(data.size(), 1);
  for (const std::int64_t given : node.constant_integers(1, "the list of axes")) {
    const auto axis = static_cast<std::size_t>(checked_axis(node, given, data.size()));
    a.begin[axis] = std::max<std::int64_t>(data[axis] - 1, 0);
    a.step[axis] = -1;
  }
  node.result("slice", a, {node.input(0)});
}

PadAttributes read_pads(TfliteNode& node) {
  const std::size_t rank = node.shape(0).size();
  const std::vector<std::int64_t> pads = node.constant_integers(1, "the list of pads");
  if (pads.size() != 2 * rank) node.leave(fmt::format("{} pads for {} dimensions", pads.size(), rank));
  PadAttributes a;
  for (std::size_t i = 0; i < rank; ++i) {
    if (pads[2 * i] < 0 || pads[2 * i + 1] < 0) node.leave("a pad is negative");
    a.before.push_back(pads[2 * i]);
    a.after.push_back(pads[2 * i + 1]);
  }
  return a;
}

void import_pad(TfliteNode& node) {
  PadAttributes a = read_pads(node);
  if (node.has_input(2)) a.value = node.constant_number(2, "the value of the pads");
  node.result("pad", a, {node.input(0)});
}

// SYMMETRIC repeats the border itself, which is no mode of the graph's: rows are taken by their numbers, axis
// by axis.
void import_mirror_pad(TfliteNode& node) {
  const auto options = node.options<tflite_file::MirrorPadOptionsT>();
  PadAttributes a = read_pads(node);
  if (options.mode == tflite_file::MirrorPadMode::REFLECT) {
    a.mode = PadAttributes::Mode::reflect;
    return node.result("pad", a, {node.input(0)});
  }
  if (options.mode != tflite_file::MirrorPadMode::SYMMETRIC)
    node.leave(fmt::format("its mode is {}", static_cast<int>(options.mode)), "REFLECT or SYMMETRIC");
  const Shape shape = node.shape(0);
  const Quantization like = node.value(0).quantization;
  ValueId padded = node.input(0);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t size = shape[axis], total = a.before[axis] + size + a.after[axis];
    if (a.before[axis] > size || a.after[axis] > size)
      node.leave(fmt::format("{} and {} mirrored of {}", a.before[axis], a.after[axis], size),
                 "at most all of them");
    if (total == size) continue;
    node.budget().spend(total, DataType::int64);
    std::vector<std::int64_t> rows;
    for (std::int64_t i = -a.before[axis]; i < size + a.after[axis]; ++i)
      rows.push_back(i < 0 ? -1 - i : i < size ? i : 2 * size - 1 - i);
    const std::string number = std::to_string(axis);
    const ValueId indices = node.step_constant("/rows" + number, Tensor::of<std::int64_t>({total}, rows));
    padded = node.step("/axis" + number, "gather", GatherAttributes{static_cast<std::int64_t>(axis)},
                       {padded, indices}, like);
  }
  node.result("noop", {}, {padded});
}

}  // namespace

const TfliteFamily& tflite_slice_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::SPLIT, 2, 2, import_split},
      {BuiltinOperator::SPLIT_V, 3, 3, import_split_v},
      {BuiltinOperator::UNPACK, 1, 1, import_unpack},
      {BuiltinOperator::SLICE, 3, 3, import_slice},
      {BuiltinOperator::STRIDED_SLICE, 4, 4, import_strided_slice},
      {BuiltinOperator::REVERSE_V2, 2, 2, import_reverse},
      {BuiltinOperator::PAD, 2, 2, import_pad},
      {BuiltinOperator::PADV2, 3, 3, import_pad},
      {BuiltinOperator::MIRROR_PAD, 2, 2, import_mirror_pad},
  };
  return rows;
}

}  // namespace trireme
