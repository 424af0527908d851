// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operators/plain_quantization.h"

#include <fmt/format.h>

#include <cmath>

#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

// One number a block -> one an element: [.., blocks, ..] is repeated to [.., blocks, block, ..].
ValueId repeat_blocks(OnnxNode& node, ValueId id, const std::string& suffix, std::size_t axis,
                      std::int64_t block) {
  const Shape data = node.shape(0);
  Shape shape = node.shape_of(id), wanted = data;
  // 2^40 elements are the most that any tensor has.
  const bool fits = shape.size() == data.size() && block > 0 && block < (std::int64_t{1} << 40);
  if (fits) wanted[axis] = (data[axis] + block - 1) / block;
  if (!fits || shape != wanted) {
    node.unsupported(
        fmt::format("scales {} of blocks of {} for {}", to_string(shape), block, to_string(data)),
        "a scale a block along the axis");
    throw NodeSkipped();
  }
  const auto behind = static_cast<std::ptrdiff_t>(axis) + 1;
  Shape split = shape, repeated = shape, joined = shape;
  split.insert(split.begin() + behind, 1);
  repeated.insert(repeated.begin() + behind, block);
  joined[axis] *= block;
  const ValueId column = node.step(suffix + "_split", "reshape", ReshapeAttributes{split}, {id});
  const ValueId blocks = node.step(suffix + "_repeated", "expand", ExpandAttributes{repeated}, {column});
  const ValueId whole = node.step(suffix + "_joined", "reshape", ReshapeAttributes{joined}, {blocks});
  if (joined[axis] == data[axis]) return whole;  // else the last block is cut short
  const SliceAttributes part{Shape(data.size(), 0), data, Shape(data.size(), 1)};
  return node.step(suffix + "_cut", "slice", part, {whole});
}

// Scales or zero points in a shape that broadcasts to the data.
ValueId spread(OnnxNode& node, std::size_t input, const std::string& suffix, const ScaleLayout& layout) {
  const Shape shape = node.shape(input), data = node.shape(0);
  if (shape.empty()) return node.input(input);
  if (element_count(shape) == 1 && layout.block == 0)
    return node.step(suffix, "reshape", ReshapeAttributes{{}}, {node.input(input)});
  const auto axis = static_cast<std::size_t>(axis_of(node, layout.axis, data.size()));
  if (layout.block != 0) return repeat_blocks(node, node.input(input), suffix, axis, layout.block);
  if (shape != Shape{data[axis]}) {
    node.unsupported(
        fmt::format("it has {} scales along axis {} of {}", element_count(shape), axis, to_string(data)),
        "one for each channel");
    throw NodeSkipped();
  }
  Shape column(data.size() - axis, 1);
  column[0] = data[axis];
  return node.step(suffix, "reshape", ReshapeAttributes{column}, {node.input(input)});
}

ValueId as_float(OnnxNode& node, const std::string& suffix, ValueId id, DataType type) {
  if (type == DataType::float32) return id;
  return node.step(suffix, "cast", CastAttributes{DataType::float32}, {id});
}

}  // namespace

IntegerRange integer_range(DataType dtype, bool four_bit) {
  const bool is_signed = dtype == DataType::int8 || dtype == DataType::int16 || dtype == DataType::int32;
  const double codes = std::ldexp(1.0, four_bit ? 4 : 8 * bytes_of(dtype));
  const double low = is_signed ? -codes / 2 : 0;
  return {dtype, four_bit, low, low + codes - 1};
}

void quantize_plainly(OnnxNode& node, const ScaleLayout& layout, const IntegerRange& range) {
  const ValueId x = as_float(node, "_float", node.input(0), node.dtype(0));
  ValueId whole = node.step("_steps", "divide", {}, {x, spread(node, 1, "_scale", layout)});
  whole = node.step("_whole", "round", {}, {whole});
  if (node.has_input(2)) {
    const ValueId zero = as_float(node, "_zero_float", spread(node, 2, "_zero", layout), node.dtype(2));
    whole = node.step("_moved", "add", {}, {whole, zero});
  }
  const ClipAttributes limits{static_cast<float>(range.low), static_cast<float>(range.high)};
  const ValueId clamped = node.step("_clamped", "relun", limits, {whole});
  node.result("cast", CastAttributes{range.dtype}, {clamped});
}

void dequantize_plainly(OnnxNode& node, const ScaleLayout& layout) {
  ValueId x = as_float(node, "_float", node.input(0), node.dtype(0));
  if (node.has_input(2)) {
    const ValueId zero = as_float(node, "_zero_float", spread(node, 2, "_zero", layout), node.dtype(2));
    x = node.step("_centered", "subtract", {}, {x, zero});
  }
  node.result("multiply", {}, {x, spread(node, 1, "_scale", layout)});
}

}  // namespace trireme
