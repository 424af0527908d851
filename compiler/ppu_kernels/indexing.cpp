// SPDX-License-Identifier: Apache-2.0
// Elements chosen by indices that are data: gather and its relatives, one_hot. Negative indices count from
// the end.
#include "compiler/ppu_kernels/indexing.h"

#include <algorithm>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;

Shape in_bytes(Shape strides, const PpuOperand& operand) {
  for (std::int64_t& stride : strides) stride *= bytes_of(operand.type);
  return strides;
}

Reg based(PpuBuilder& b, const PpuOperand& operand, const Reg& offset) {
  return iadd(b, b.address(operand.kind, operand.index), offset);
}

struct Gathered {
  PpuOperand data, indices, out;
  bool alike = true;
};

bool read(const Graph& graph, const Node& node, Gathered& g) {
  g = {input_operand(graph, node, 0), input_operand(graph, node, 1), output_operand(graph, node), true};
  g.alike = g.data.type == g.out.type && same_parameters(g.data.quantization, g.out.quantization);
  const bool whole = !g.indices.is_real() && g.indices.type != DataType::boolean && is_supported(g.indices);
  return whole && is_supported(g.data) && is_supported(g.out) &&
         (g.alike || (g.data.is_real() && g.out.is_real()));
}

std::optional<PpuKernel> move(PpuBuilder& b, const Gathered& g, const Reg& from, const Reg& element) {
  const Reg zero = b.whole(0);
  const Reg value = (g.alike ? load_raw : load_real)(b, g.data, from, zero, 0);
  const Reg to = based(b, g.out, imul(b, element, b.whole(bytes_of(g.out.type))));
  (g.alike ? store_raw : store_real)(b, g.out, value, to, zero, 0);
  return b.finish(threads_for(g.out.size()));
}

// Output: the axes before, those of the indices, the axes behind.
std::optional<PpuKernel> gather(const Graph& graph, const Node& node, const Chip& chip) {
  Gathered g;
  if (!read(graph, node, g)) return std::nullopt;
  const auto axis = static_cast<std::size_t>(attributes<GatherAttributes>(node).axis);
  const std::int64_t size = g.data.shape[axis], inner = row_major_strides(g.data.shape)[axis];
  const std::int64_t outer = g.data.size() / (size * inner);
  PpuBuilder b(chip);
  const Reg element = lane_element(b, g.out.size());
  const std::vector<Reg> parts =
      decompose(b, element, {outer, g.indices.size(), inner},
                {in_bytes({size * inner, 0, 1}, g.data), in_bytes({0, 1, 0}, g.indices)});
  const Reg index = load_index(b, g.indices, based(b, g.indices, parts[1]), size);
  const Reg chosen = imul(b, index, b.whole(inner * bytes_of(g.data.type)));
  return move(b, g, iadd(b, based(b, g.data, parts[0]), chosen), element);
}

// The index stands where the output is; it replaces the coordinate of one axis.
std::optional<PpuKernel> gather_elements(const Graph& graph, const Node& node, const Chip& chip) {
  Gathered g;
  if (!read(graph, node, g)) return std::nullopt;
  const auto axis = static_cast<std::size_t>(attributes<GatherAttributes>(node).axis);
  const Shape strides = row_major_strides(g.data.shape);
  Shape others = strides;
  others[axis] = 0;
  PpuBuilder b(chip);
  const Reg element = lane_element(b, g.out.size());
  const Reg at = decompose(b, element, g.out.shape, {in_bytes(others, g.data)})[0];
  const Reg position = imul(b, element, b.whole(bytes_of(g.indices.type)));
  const Reg index = load_index(b, g.indices, based(b, g.indices, position), g.data.shape[axis]);
  const Reg chosen = imul(b, index, b.whole(strides[axis] * bytes_of(g.data.type)));
  return move(b, g, iadd(b, based(b, g.data, at), chosen), element);
}

// Output: batch axes, the other axes of the indices but the last, the axes of the data that no index names.
std::optional<PpuKernel> gather_nd(const Graph& graph, const Node& node, const Chip& chip) {
  Gathered g;
  if (!read(graph, node, g)) return std::nullopt;
  const auto batch_axes = static_cast<std::size_t>(attributes<GatherNdAttributes>(node).batch_dims);
  const auto named = static_cast<std::size_t>(g.indices.shape.back());
  const Shape strides = row_major_strides(g.data.shape);
  std::int64_t batches = 1;
  for (std::size_t axis = 0; axis < batch_axes; ++axis) batches *= g.data.shape[axis];
  const std::int64_t batch = g.data.size() / batches, inner = strides[batch_axes + named - 1];
  const std::int64_t tuples = g.indices.size() / (batches * g.indices.shape.back());
  PpuBuilder b(chip);
  const Reg element = lane_element(b, g.out.size());
  const std::int64_t tuple = g.indices.shape.back();
  const std::vector<Reg> parts =
      decompose(b, element, {batches, tuples, inner},
                {in_bytes({batch, 0, 1}, g.data), in_bytes({tuples * tuple, tuple, 0}, g.indices)});
  const Reg from = b.variable(based(b, g.data, parts[0])), indices = based(b, g.indices, parts[1]);
  for (std::size_t i = 0; i < named; ++i) {
    const std::size_t axis = batch_axes + i;
    const Reg index = load_index(b, g.indices, indices, g.data.shape[axis],
                                 static_cast<std::int64_t>(i) * bytes_of(g.indices.type));
    b.into(from, PpuOpcode::iadd, from, imul(b, index, b.whole(strides[axis] * bytes_of(g.data.type))));
  }
  return move(b, g, from, element);
}

// values[1] where the coordinate on the new axis is the index, else values[0].
std::optional<PpuKernel> one_hot(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<OneHotAttributes>(node);
  const PpuOperand indices = input_operand(graph, node, 0), values = input_operand(graph, node, 1);
  const PpuOperand out = output_operand(graph, node);
  const bool alike = values.type == out.type && same_parameters(values.quantization, out.quantization);
  if (!alike || indices.is_real() || !is_supported(indices) || !is_supported(out)) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(out.shape.size());
  const auto axis = static_cast<std::size_t>(attr.axis < 0 ? attr.axis + rank : attr.axis);
  const std::int64_t inner = row_major_strides(out.shape)[axis];
  PpuBuilder b(chip);
  const Reg element = lane_element(b, out.size());
  const std::vector<Reg> parts = decompose(b, element, {out.size() / (attr.depth * inner), attr.depth, inner},
                                           {in_bytes({inner, 0, 1}, indices), {0, 1, 0}});
  const Reg index = load_index(b, indices, based(b, indices, parts[0]), attr.depth);
  const Reg base = based(b, values, b.whole(0)), zero = b.whole(0);
  const Reg off = load_raw(b, values, base, zero),
            on = load_raw(b, values, base, zero, bytes_of(values.type));
  const Reg value = choose(b, PpuOpcode::ieq, index, parts[1], on, off);
  store_raw(b, out, value, based(b, out, imul(b, element, b.whole(bytes_of(out.type)))), zero);
  return b.finish(threads_for(out.size()));
}

// k walks over the row: each finds the best element behind the one before, in the order of value and then
// index.
std::optional<PpuKernel> topk(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<TopkAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  const PpuOperand places = output_operand(graph, node, 1);
  const bool alike = in.type == out.type && same_parameters(in.quantization, out.quantization);
  if (!alike || places.is_real() || !is_supported(in) || !is_supported(places)) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(in.shape.size());
  const std::vector<std::int64_t> axes = {attr.axis < 0 ? attr.axis + rank : attr.axis},
                                  kept = all_but(in.shape.size(), axes);
  const Shape strides = row_major_strides(in.shape), out_strides = row_major_strides(out.shape);
  const RowSpace space{
      pick(in.shape, kept), pick(in.shape, axes), {{&in, pick(strides, kept), pick(strides, axes)}}};
  PpuBuilder b(chip);
  Rows rows(b, space);
  const bool floats = is_float(in.type);
  const PpuOpcode less = floats ? PpuOpcode::flt : PpuOpcode::ilt,
                  equal = floats ? PpuOpcode::feq : PpuOpcode::ieq;
  // 1. Where the results of this lane go.
  const std::int64_t positions = element_count(space.positions);
  const Reg element = decompose(b, lane_element(b, positions), space.positions, {pick(out_strides, kept)})[0];
  const Reg to = b.variable(based(b, out, imul(b, element, b.whole(bytes_of(out.type)))));
  const Reg place_to = b.variable(based(b, places, imul(b, element, b.whole(bytes_of(places.type)))));
  const std::int64_t step = pick(out_strides, axes)[0];
  // 2. last: the element found before, and its index; in the first walk everything is behind it.
  const Reg last = b.variable(b.whole(0)), last_index = b.variable(b.whole(0)),
            first = b.variable(b.whole(1));
  const Reg best = b.variable(), best_index = b.variable(), index = b.variable(), found = b.variable();
  b.loop(attr.k, [&] {
    b.assign(index, b.whole(0));
    b.assign(found, b.whole(0));
    b.assign(best_index, b.whole(0));
    rows.walk([&] {
      const Reg x = rows.load_raw_element(0), one = b.whole(1), zero = b.whole(0);
      const Reg& low = attr.largest ? x : last;
      const Reg& high = attr.largest ? last : x;
      // behind = first walk, or worse than the last one, or equal and later
      b.test(less, low, high);
      const Reg behind = b.op(PpuOpcode::ior, b.select(one, zero), first);
      b.test(equal, x, last);
      b.test(PpuOpcode::ilt, last_index, index, true);
      b.into(behind, PpuOpcode::ior, behind, b.select(one, zero));
      // wins = nothing found yet, or better than the best one
      b.test(less, attr.largest ? best : x, attr.largest ? x : best);
      const Reg better = b.select(one, zero);
      b.test(PpuOpcode::ieq, found, zero);
      const Reg wins = b.select(one, better);
      b.test(PpuOpcode::ieq, b.op(PpuOpcode::iand, behind, wins), one);
      b.where([&] {
        b.assign(best, x);
        b.assign(best_index, index);
        b.assign(found, one);
      });
      b.into(index, PpuOpcode::iadd, index, one);
    });
    store_raw(b, out, best, to, b.whole(0));
    store_raw(b, places, best_index, place_to, b.whole(0));
    b.assign(last, best);
    b.assign(last_index, best_index);
    b.assign(first, b.whole(0));
    b.into(to, PpuOpcode::iadd, to, b.whole(step * bytes_of(out.type)));
    b.into(place_to, PpuOpcode::iadd, place_to, b.whole(step * bytes_of(places.type)));
  });
  return b.finish(space.threads());
}

}  // namespace

Reg load_index(PpuBuilder& b, const PpuOperand& indices, const Reg& address, std::int64_t size,
               std::int64_t offset) {
  const Reg index = load_raw(b, indices, address, b.whole(0), offset);
  return choose(b, PpuOpcode::ilt, index, b.whole(0), iadd(b, index, b.whole(size)), index);
}

std::vector<PpuKernelRow> indexing_ppu_kernels() {
  return {{"gather", gather},
          {"gather_elements", gather_elements},
          {"gathernd", gather_nd},
          {"one_hot", one_hot},
          {"topk", topk}};
}

}  // namespace trireme
