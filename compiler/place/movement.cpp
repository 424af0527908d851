// SPDX-License-Identifier: Apache-2.0
// Operators that move data: reshape renames it; everything else is the TP's address generator (formats.md
// §10, hardware.md §2.7).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/place/families.h"
#include "compiler/place/reshuffle.h"
#include "compiler/plan/views.h"
#include "compiler/ppu_kernels/resampling.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

// Bytes move as they are, so all values are stored alike.
void require_same_codes(const Placement& placement) {
  const Value& output = placement.output();
  for (const ValueId id : placement.node().inputs) {
    if (id == kNone) continue;
    const Value& input = placement.value(id);
    require(same_parameters(input.quantization, output.quantization),
            "its output is quantized as " + to_string(output.quantization) + ", its input as " +
                to_string(input.quantization),
            "an operator that only moves data keeps the parameters");
  }
}

void require_tp(const Placement& placement) {
  require(moves_data(placement.chip), "the chip has no tensor processor");
}

std::vector<MoveLoop> loops_of(const Shape& shape, const Shape& input_strides, const Shape& output_strides) {
  std::vector<MoveLoop> loops;
  for (std::size_t i = 0; i < shape.size(); ++i)
    loops.push_back({shape[i], input_strides[i], output_strides[i]});
  return loops;
}

void copy_whole(Placement& placement) {
  const std::int64_t count = element_count(placement.output().shape);
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0, {{count, 1, 1}}});
}

// The graph input that `value` is another name of, through reshapes alone.
bool is_renamed_input(const Graph& graph, ValueId value) {
  while (graph.values[value].producer != kNone && graph.nodes[graph.values[value].producer].op == "reshape") {
    value = graph.nodes[graph.values[value].producer].inputs[0];
  }
  return std::find(graph.inputs.begin(), graph.inputs.end(), value) != graph.inputs.end();
}

void place_reshape(Placement& placement) {
  const Graph& graph = placement.graph();
  const auto& outputs = graph.outputs;
  require_same_codes(placement);
  const bool constant = placement.input().constant != nullptr;
  const bool output = std::find(outputs.begin(), outputs.end(), placement.layer.output) != outputs.end();
  if (constant || (output && is_renamed_input(graph, placement.layer.input))) {
    copy_whole(placement);
    placement.layer.reason = "copies the network's input to its output";
    return;
  }
  placement.layer.reason = "the same bytes under another shape";
}

void place_noop(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  copy_whole(placement);
  placement.layer.reason = "copies a value that must exist twice";
}

void place_cast(Placement& placement) {
  require(placement.input().quantization.dtype == placement.output().quantization.dtype,
          "it changes the type", "the TP moves elements as they are");
  place_noop(placement);
}

void place_permute(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const std::vector<std::int64_t>& perm = attributes<PermuteAttributes>(placement.node()).perm;
  const Shape in_strides = row_major_strides(placement.input().shape);
  Shape strides;
  for (const std::int64_t axis : perm) strides.push_back(in_strides.at(static_cast<std::size_t>(axis)));
  const Shape& out = placement.output().shape;
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0,
                        loops_of(out, strides, row_major_strides(out))});
  placement.layer.reason = "the TP's address generator reorders the axes";
}

// Each input to its part of the output.
void place_concat(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const auto axis = static_cast<std::size_t>(attributes<ConcatAttributes>(placement.node()).axis);
  const Shape out_strides = row_major_strides(placement.output().shape);
  std::int64_t at = 0;
  for (const ValueId id : placement.node().inputs) {
    const Shape& shape = placement.value(id).shape;
    add_moves(placement, {id, placement.layer.output, 0, at * out_strides[axis],
                          loops_of(shape, row_major_strides(shape), out_strides)});
    at += shape[axis];
  }
  placement.layer.reason = "each input is copied to its part of the output";
}

void place_split(Placement& placement) {
  require_tp(placement);
  const auto axis = static_cast<std::size_t>(attributes<SplitAttributes>(placement.node()).axis);
  const Shape in_strides = row_major_strides(placement.input().shape);
  std::int64_t at = 0;
  for (const ValueId id : placement.node().outputs) {
    const Value& part = placement.value(id);
    require(same_parameters(placement.input().quantization, part.quantization),
            "a part is quantized as " + to_string(part.quantization) + ", the input as " +
                to_string(placement.input().quantization));
    add_moves(placement, {placement.layer.input, id, at * in_strides[axis], 0,
                          loops_of(part.shape, in_strides, row_major_strides(part.shape))});
    at += part.shape[axis];
  }
  placement.layer.reason = "each part is copied out of the input";
}

void place_slice(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const auto& slice = attributes<SliceAttributes>(placement.node());
  Shape strides = row_major_strides(placement.input().shape);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    offset += slice.begin[i] * strides[i];
    strides[i] *= slice.step[i];
  }
  const Shape& out = placement.output().shape;
  add_moves(placement, {placement.layer.input, placement.layer.output, offset, 0,
                        loops_of(out, strides, row_major_strides(out))});
  placement.layer.reason = "a part of the input is copied";
}

// The border first, then what of the input is inside.
void place_pad(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const auto& pad = attributes<PadAttributes>(placement.node());
  require(pad.mode == PadAttributes::Mode::constant, "it repeats or mirrors its input",
          "the TP fills with one number");
  const Shape &in = placement.input().shape, &out = placement.output().shape;
  const Shape in_strides = row_major_strides(in), out_strides = row_major_strides(out);
  std::int64_t from = 0, to = 0;
  Shape inside;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::int64_t begin = std::max<std::int64_t>(0, -pad.before[i]);
    const std::int64_t end = std::min(in[i], in[i] + pad.after[i]);
    inside.push_back(end - begin);
    from += begin * in_strides[i];
    to += std::max<std::int64_t>(0, pad.before[i]) * out_strides[i];
  }
  if (inside != out) add_fill(placement, placement.layer.output, pad.value);
  const bool empty = std::any_of(inside.begin(), inside.end(), [](std::int64_t n) { return n <= 0; });
  if (!empty) {
    add_moves(placement, {placement.layer.input, placement.layer.output, from, to,
                          loops_of(inside, in_strides, out_strides)});
  }
  placement.layer.reason = "filled, then the input is copied into it";
}

void place_expand(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0,
                        repeating_loops(placement.input().shape, placement.output().shape)});
  placement.layer.reason = "repeated by the TP's address generator";
}

void place_tile(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const auto& tile = attributes<TileAttributes>(placement.node());
  const Shape& in = placement.input().shape;
  const Shape in_strides = row_major_strides(in), out_strides = row_major_strides(placement.output().shape);
  std::vector<MoveLoop> loops;
  for (std::size_t i = 0; i < in.size(); ++i) {
    loops.push_back({tile.repeats[i], 0, in[i] * out_strides[i]});
    loops.push_back({in[i], in_strides[i], out_strides[i]});
  }
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0, std::move(loops)});
  placement.layer.reason = "repeated by the TP's address generator";
}

// Every element several times, side by side: each axis is walked by two loops, the inner one standing still.
void place_resize(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const std::optional<Shape> repeats = repeats_of_resize(placement.graph(), placement.node());
  require(repeats.has_value(), "it does more than repeat every element", "the TP computes nothing");
  const Shape& in = placement.input().shape;
  const Shape in_strides = row_major_strides(in), out_strides = row_major_strides(placement.output().shape);
  std::vector<MoveLoop> loops;
  for (std::size_t i = 0; i < in.size(); ++i) {
    loops.push_back({in[i], in_strides[i], (*repeats)[i] * out_strides[i]});
    loops.push_back({(*repeats)[i], 0, out_strides[i]});
  }
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0, std::move(loops)});
  placement.layer.reason = "repeated by the TP's address generator";
}

// Channel c of the deep side is (block row, block column, channel), or (channel, block row, block column).
std::vector<MoveLoop> block_loops(const BlockAttributes& block, const Shape& deep, bool to_space) {
  const std::int64_t channels = deep[1] / (block.block_h * block.block_w);
  const std::int64_t plane = deep[2] * deep[3];
  const std::int64_t width = deep[3] * block.block_w, height = deep[2] * block.block_h;
  const bool crd = block.column_row_depth;
  const std::int64_t deep_row = (crd ? block.block_w : block.block_w * channels) * plane;
  const std::int64_t deep_column = (crd ? 1 : channels) * plane;
  const std::int64_t deep_channel = (crd ? block.block_h * block.block_w : 1) * plane;
  const MoveLoop loops[] = {{deep[0], deep[1] * plane, channels * height * width},
                            {channels, deep_channel, height * width},
                            {deep[2], deep[3], block.block_h * width},
                            {block.block_h, deep_row, width},
                            {deep[3], 1, block.block_w},
                            {block.block_w, deep_column, 1}};
  std::vector<MoveLoop> result;
  for (const MoveLoop& l : loops) {
    result.push_back(to_space ? l : MoveLoop{l.count, l.output_stride, l.input_stride});
  }
  return result;
}

void place_blocks(Placement& placement) {
  require_tp(placement);
  require_same_codes(placement);
  const bool to_space = placement.node().op == "depth2space";
  const Shape& deep = to_space ? placement.input().shape : placement.output().shape;
  add_moves(placement, {placement.layer.input, placement.layer.output, 0, 0,
                        block_loops(attributes<BlockAttributes>(placement.node()), deep, to_space)});
  placement.layer.reason = "the TP's address generator reorders blocks";
}

}  // namespace

std::vector<PlacementRow> movement_placements() {
  return {{"reshape", place_reshape},    {"permute", place_permute},
          {"noop", place_noop},          {"cast", place_cast},
          {"concat", place_concat},      {"split", place_split},
          {"slice", place_slice},        {"pad", place_pad},
          {"expand", place_expand},      {"tile", place_tile},
          {"depth2space", place_blocks}, {"space2depth", place_blocks},
          {"image_resize", place_resize}};
}

}  // namespace trireme
