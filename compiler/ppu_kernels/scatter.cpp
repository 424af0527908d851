// SPDX-License-Identifier: Apache-2.0
// scatter_elements and scatternd, seen from the output: a lane walks through the indices that may name its
// element and takes the updates of those that do, in their order.
#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/indexing.h"
#include "compiler/ppu_kernels/math.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;
using Reduction = ScatterAttributes::Reduction;

struct Scatter {
  PpuOperand data, indices, updates, out;
  Reduction reduction;
  bool real = false;  // elements pass through float32
};

bool read(const Graph& graph, const Node& node, Scatter& s) {
  s = {input_operand(graph, node, 0), input_operand(graph, node, 1), input_operand(graph, node, 2),
       output_operand(graph, node), attributes<ScatterAttributes>(node).reduction};
  s.real = s.out.is_real();
  for (const PpuOperand* operand : {&s.data, &s.updates, &s.out}) {
    if (!is_supported(*operand) || operand->is_real() != s.real) return false;
    if (!s.real && operand->type != s.out.type) return false;
  }
  return !s.indices.is_real() && s.indices.type != DataType::boolean && is_supported(s.indices) &&
         s.updates.size() > 0;
}

Reg load(PpuBuilder& b, const Scatter& s, const PpuOperand& operand, const Reg& address) {
  return (s.real ? load_real : load_raw)(b, operand, address, b.whole(0), 0);
}

Reg reduced(PpuBuilder& b, const Scatter& s, const Reg& old, const Reg& update) {
  switch (s.reduction) {
    case Reduction::none:
      return update;
    case Reduction::add:
      return b.op(s.real ? PpuOpcode::fadd : PpuOpcode::iadd, old, update);
    case Reduction::mul:
      return b.op(s.real ? PpuOpcode::fmul : PpuOpcode::imul, old, update);
    case Reduction::max:
      return b.op(s.real ? PpuOpcode::fmax : PpuOpcode::imax, update, old);
    case Reduction::min:
      return b.op(s.real ? PpuOpcode::fmin : PpuOpcode::imin, update, old);
  }
  return update;
}

// Bytes from one entry to the next, of the indices and of the updates.
Shape steps_of(const Scatter& s, std::int64_t indices, std::int64_t updates) {
  return {indices * bytes_of(s.indices.type), updates * bytes_of(s.updates.type)};
}

// What an index must be for the update to count.
struct Wanted {
  Reg coordinate;
  std::int64_t size;
};

// `entries` entries of indices and updates, a step in bytes apart; all of an entry's indices must name the
// lane's coordinates. `never`: 1 in lanes that no entry can name; null: none.
std::optional<PpuKernel> emit(PpuBuilder& b, const Scatter& s, const Reg& element, std::int64_t entries,
                              const std::vector<Wanted>& wanted, const Reg& index_address,
                              const Reg& update_address, const Shape& steps, const Reg& never) {
  const auto at = [&](const PpuOperand& operand) {
    return iadd(b, b.address(operand.kind, operand.index), imul(b, element, b.whole(bytes_of(operand.type))));
  };
  const Reg value = b.variable(load(b, s, s.data, at(s.data)));
  const Reg index_at = b.variable(index_address), update_at = b.variable(update_address);
  b.loop(entries, [&] {
    const Reg update = load(b, s, s.updates, update_at);
    const Reg fresh = reduced(b, s, value, update);
    std::vector<Reg> indices;
    for (std::size_t k = 0; k < wanted.size(); ++k)
      indices.push_back(load_index(b, s.indices, index_at, wanted[k].size,
                                   static_cast<std::int64_t>(k) * bytes_of(s.indices.type)));
    for (std::size_t k = 0; k < wanted.size(); ++k)
      b.test(PpuOpcode::ieq, indices[k], wanted[k].coordinate, k > 0);
    if (never != nullptr) b.test(PpuOpcode::ieq, never, b.whole(0), true);
    b.where([&] { b.assign(value, fresh); });
    b.into(index_at, PpuOpcode::iadd, index_at, b.whole(steps[0]));
    b.into(update_at, PpuOpcode::iadd, update_at, b.whole(steps[1]));
  });
  (s.real ? store_real : store_raw)(b, s.out, value, at(s.out), b.whole(0), 0);
  return b.finish(threads_for(s.out.size()));
}

// An element's own coordinates, but along the axis any of the indices'.
std::optional<PpuKernel> scatter_elements(const Graph& graph, const Node& node, const Chip& chip) {
  Scatter s;
  if (!read(graph, node, s)) return std::nullopt;
  const auto axis = static_cast<std::size_t>(attributes<ScatterAttributes>(node).axis);
  const Shape &shape = s.out.shape, &named = s.indices.shape;
  const Shape strides = row_major_strides(named);
  PpuBuilder b(chip);
  const Reg element = lane_element(b, s.out.size());
  // 1. The coordinate along the axis, and on axes where the indices end earlier.
  Shape others = strides;
  others[axis] = 0;
  std::vector<Shape> walked = {Shape(shape.size(), 0), Shape()};
  walked[0][axis] = 1;
  std::vector<std::size_t> shorter;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i == axis || named[i] == shape[i]) continue;
    shorter.push_back(i);
    others[i] = 0;
    walked.emplace_back(shape.size(), 0);
    walked.back()[i] = 1;
  }
  walked[1] = others;
  const std::vector<Reg> parts = decompose(b, element, shape, walked);
  // 2. The first entry; a lane that no entry can name looks at the last one there is.
  Reg first = parts[1], never;
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    const std::int64_t size = named[shorter[i]];
    const Reg& own = parts[2 + i];
    const Reg beyond = choose(b, PpuOpcode::ilt, own, b.whole(size), b.whole(0), b.whole(1));
    never = never == nullptr ? beyond : b.op(PpuOpcode::ior, never, beyond);
    const Reg inside = b.op(PpuOpcode::imin, own, b.whole(size - 1));
    first = iadd(b, first, imul(b, inside, b.whole(strides[shorter[i]])));
  }
  const auto address = [&](const PpuOperand& operand) {
    return iadd(b, b.address(operand.kind, operand.index), imul(b, first, b.whole(bytes_of(operand.type))));
  };
  return emit(b, s, element, named[axis], {{parts[0], shape[axis]}}, address(s.indices), address(s.updates),
              steps_of(s, strides[axis], strides[axis]), never);
}

// Every entry names the first axes; its update is all that is inside them.
std::optional<PpuKernel> scatter_nd(const Graph& graph, const Node& node, const Chip& chip) {
  Scatter s;
  if (!read(graph, node, s)) return std::nullopt;
  const Shape& shape = s.out.shape;
  const std::int64_t named = s.indices.shape.back(), entries = s.indices.size() / named;
  const std::int64_t inner = s.updates.size() / entries;
  constexpr std::int64_t kMaxNamed = 4;  // registers of a lane
  if (named > kMaxNamed) return std::nullopt;
  PpuBuilder b(chip);
  const Reg element = lane_element(b, s.out.size());
  std::vector<Shape> walked(static_cast<std::size_t>(named) + 1, Shape(shape.size(), 0));
  const Shape strides = row_major_strides(shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const bool is_named = axis < static_cast<std::size_t>(named);
    walked[is_named ? axis + 1 : 0][axis] = is_named ? 1 : strides[axis] * bytes_of(s.updates.type);
  }
  const std::vector<Reg> parts = decompose(b, element, shape, walked);
  std::vector<Wanted> wanted;
  for (std::size_t k = 0; k < static_cast<std::size_t>(named); ++k)
    wanted.push_back({parts[k + 1], shape[k]});
  return emit(b, s, element, entries, wanted, b.address(s.indices.kind, s.indices.index),
              iadd(b, b.address(s.updates.kind, s.updates.index), parts[0]), steps_of(s, named, inner),
              nullptr);
}

}  // namespace

std::vector<PpuKernelRow> scatter_ppu_kernels() {
  return {{"scatter_elements", scatter_elements}, {"scatternd", scatter_nd}};
}

}  // namespace trireme
