// SPDX-License-Identifier: Apache-2.0
// Operators that move elements: each is one or more copies between strided boxes, one section of the program
// for each. Elements keep their bits if both ends store them alike, otherwise they pass through float32.
#include "compiler/ppu_kernels/movement.h"

#include <algorithm>

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/families.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

// A box of `sizes`: element at sum of coordinate * stride from `first`, on both sides; counted in elements.
struct Copy {
  const PpuOperand *in, *out;
  Shape sizes, in_strides, out_strides;
  std::int64_t in_first = 0, out_first = 0;
};

bool stored_alike(const PpuOperand& a, const PpuOperand& b) {
  return a.type == b.type && same_parameters(a.quantization, b.quantization);
}

// By way of the real number, if they are stored otherwise.
Reg converted(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out, const Reg& raw) {
  if (stored_alike(in, out)) return raw;
  const Reg real = as_real(b, in, raw);
  return out.quantization.quantized() ? quantized(b, out.quantization, real) : real;
}

std::optional<PpuKernel> emit(const std::vector<Copy>& copies, const Chip& chip,
                              PpuElementChange change = converted) {
  std::int64_t elements = 0;
  for (const Copy& copy : copies) {
    const bool alike = stored_alike(*copy.in, *copy.out);
    if (!is_supported(*copy.in, alike) || !is_supported(*copy.out, alike)) return std::nullopt;
    if (!alike && !(copy.in->is_real() && copy.out->is_real())) return std::nullopt;
    elements = std::max(elements, element_count(copy.sizes));
  }
  return fastest_kernel(chip, [&](std::int64_t vectors) -> std::optional<PpuKernel> {
    const std::int64_t threads = threads_for(elements, vectors);
    PpuBuilder b(chip);
    for (const Copy& copy : copies) {
      if (element_count(copy.sizes) == 0) continue;
      const IndexSpace space{
          copy.sizes,
          {{copy.in, copy.in_strides, copy.in_first}, {copy.out, copy.out_strides, copy.out_first}}};
      if (vectors > 1 && !takes_vectors(space, vectors)) return std::nullopt;
      const std::vector<LaneAddress> at = locate(b, space, threads, vectors);
      for (std::int64_t v = 0; v < vectors; ++v) {
        const Reg raw = load_raw(b, *copy.in, at[0].address, at[0].step, v * at[0].next);
        const Reg changed = change(b, *copy.in, *copy.out, raw);
        store_raw(b, *copy.out, changed, at[1].address, at[1].step, v * at[1].next);
      }
    }
    return b.finish(threads);
  });
}

// One copy: the whole output, its elements found in the input by strides.
std::optional<PpuKernel> gathered(const Graph& graph, const Node& node, const Chip& chip, const Shape& sizes,
                                  const Shape& in_strides, std::int64_t in_first = 0) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  return emit({{&in, &out, sizes, in_strides, row_major_strides(sizes), in_first, 0}}, chip);
}

const Shape& shape_of_input(const Graph& graph, const Node& node) {
  return graph.values[node.inputs[0]].shape;
}
const Shape& shape_of_output(const Graph& graph, const Node& node) {
  return graph.values[node.outputs[0]].shape;
}

std::optional<PpuKernel> same_order(const Graph& graph, const Node& node, const Chip& chip) {
  const Shape& shape = shape_of_output(graph, node);
  return gathered(graph, node, chip, shape, row_major_strides(shape));
}

std::optional<PpuKernel> permute(const Graph& graph, const Node& node, const Chip& chip) {
  const Shape strides = row_major_strides(shape_of_input(graph, node));
  Shape in_strides;
  for (const std::int64_t axis : attributes<PermuteAttributes>(node).perm)
    in_strides.push_back(strides[static_cast<std::size_t>(axis)]);
  return gathered(graph, node, chip, shape_of_output(graph, node), in_strides);
}

std::optional<PpuKernel> expand(const Graph& graph, const Node& node, const Chip& chip) {
  const Shape& shape = shape_of_output(graph, node);
  return gathered(graph, node, chip, shape, repeating_strides(shape_of_input(graph, node), shape));
}

std::optional<PpuKernel> slice(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<SliceAttributes>(node);
  Shape strides = row_major_strides(shape_of_input(graph, node));
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < strides.size(); ++axis) {
    first += attr.begin[axis] * strides[axis];
    strides[axis] *= attr.step[axis];
  }
  return gathered(graph, node, chip, shape_of_output(graph, node), strides, first);
}

// Every axis as (repeat, element): the repeat has stride 0.
std::optional<PpuKernel> tile(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<TileAttributes>(node);
  const Shape& in = shape_of_input(graph, node);
  const Shape own = row_major_strides(in);
  Shape sizes, strides;
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    sizes.insert(sizes.end(), {attr.repeats[axis], in[axis]});
    strides.insert(strides.end(), {0, own[axis]});
  }
  return gathered(graph, node, chip, sizes, strides);
}

// Output [N, C, H, bh, W, bw] from input [N, bh, bw, C, H, W] (or [N, C, bh, bw, H, W]).
std::optional<PpuKernel> depth_to_space(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<BlockAttributes>(node);
  const Shape& in = shape_of_input(graph, node);
  const std::int64_t bh = attr.block_h, bw = attr.block_w, channels = in[1] / (bh * bw), map = in[2] * in[3];
  const std::int64_t channel = attr.column_row_depth ? bh * bw * map : map;
  const std::int64_t block = attr.column_row_depth ? map : channels * map;
  return gathered(graph, node, chip, {in[0], channels, in[2], bh, in[3], bw},
                  {in[1] * map, channel, in[3], bw * block, 1, block});
}

// Output [N, bh, bw, C, H, W] from input [N, C, H, bh, W, bw].
std::optional<PpuKernel> space_to_depth(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<BlockAttributes>(node);
  const Shape& in = shape_of_input(graph, node);
  const std::int64_t bh = attr.block_h, bw = attr.block_w, map = in[2] * in[3];
  const std::int64_t channel = map, row = bh * in[3];
  return gathered(graph, node, chip, {in[0], bh, bw, in[1], in[2] / bh, in[3] / bw},
                  {in[1] * map, in[3], 1, channel, row, bw});
}

std::optional<PpuKernel> concat(const Graph& graph, const Node& node, const Chip& chip) {
  return concat_kernel(graph, node, chip, converted);
}

std::optional<PpuKernel> split(const Graph& graph, const Node& node, const Chip& chip) {
  const auto axis = static_cast<std::size_t>(attributes<SplitAttributes>(node).axis);
  const PpuOperand in = input_operand(graph, node, 0);
  std::vector<PpuOperand> outputs;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) outputs.push_back(output_operand(graph, node, i));
  const Shape strides = row_major_strides(in.shape);
  std::vector<Copy> copies;
  std::int64_t first = 0;
  for (const PpuOperand& out : outputs) {
    copies.push_back({&in, &out, out.shape, strides, row_major_strides(out.shape), first, 0});
    first += out.shape[axis] * strides[axis];
  }
  return emit(copies, chip);
}

}  // namespace

std::optional<PpuKernel> concat_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                       PpuElementChange change) {
  const auto axis = static_cast<std::size_t>(attributes<ConcatAttributes>(node).axis);
  const PpuOperand out = output_operand(graph, node);
  std::vector<PpuOperand> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) inputs.push_back(input_operand(graph, node, i));
  const Shape strides = row_major_strides(out.shape);
  std::vector<Copy> copies;
  std::int64_t first = 0;
  for (const PpuOperand& in : inputs) {
    copies.push_back({&in, &out, in.shape, row_major_strides(in.shape), strides, 0, first});
    first += in.shape[axis] * strides[axis];
  }
  return emit(copies, chip, change);
}

std::vector<PpuKernelRow> movement_ppu_kernels() {
  return {{"reshape", same_order},
          {"noop", same_order},
          {"permute", permute},
          {"expand", expand},
          {"slice", slice},
          {"tile", tile},
          {"depth2space", depth_to_space},
          {"space2depth", space_to_depth},
          {"concat", concat},
          {"split", split}};
}

}  // namespace trireme
