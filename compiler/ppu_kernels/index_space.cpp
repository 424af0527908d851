// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/index_space.h"

#include <algorithm>

#include "support/error.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

// Drops axes of one element and joins an axis to the one inside it where everybody's stride goes on.
IndexSpace collapsed(const IndexSpace& space) {
  IndexSpace result;
  for (const IndexSpace::Walk& walk : space.walks) result.walks.push_back({walk.operand, {}, walk.first});
  for (std::size_t axis = 0; axis < space.sizes.size(); ++axis) {
    const std::int64_t size = space.sizes[axis];
    if (size == 1) continue;
    bool joins = !result.sizes.empty();
    for (std::size_t w = 0; joins && w < space.walks.size(); ++w)
      joins = result.walks[w].strides.back() == space.walks[w].strides[axis] * size;
    if (joins) result.sizes.back() *= size;
    if (!joins) result.sizes.push_back(size);
    for (std::size_t w = 0; w < space.walks.size(); ++w) {
      Shape& strides = result.walks[w].strides;
      if (joins) strides.pop_back();
      strides.push_back(space.walks[w].strides[axis]);
    }
  }
  if (!result.sizes.empty()) return result;
  result.sizes = {1};
  for (IndexSpace::Walk& walk : result.walks) walk.strides = {0};
  return result;
}

// sum += stride * coordinate; sum may be null (0).
void accumulate(PpuBuilder& b, Reg& sum, const Reg& coordinate, std::int64_t stride) {
  if (stride == 0) return;
  const Reg term = stride == 1 ? coordinate : b.op(PpuOpcode::imul, coordinate, b.whole(stride));
  sum = sum == nullptr ? term : b.op(PpuOpcode::iadd, sum, term);
}

}  // namespace

Shape repeating_strides(const Shape& in, const Shape& out) {
  const Shape own = row_major_strides(in);
  if (in.size() > out.size()) internal_error("broadcast to fewer dimensions");
  Shape strides(out.size(), 0);
  const std::size_t skipped = out.size() - in.size();
  for (std::size_t i = 0; i < in.size(); ++i) strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  return strides;
}

IndexSpace broadcast_space(const std::vector<PpuOperand>& operands, const Shape& sizes) {
  IndexSpace space{sizes, {}};
  for (const PpuOperand& operand : operands)
    space.walks.push_back({&operand, repeating_strides(operand.shape, sizes)});
  return space;
}

std::int64_t threads_for(std::int64_t elements, std::int64_t vectors) {
  return ceil_div(elements, kPpuLanes * vectors);
}

bool takes_vectors(const IndexSpace& space, std::int64_t vectors) {
  return collapsed(space).sizes.back() % (kPpuLanes * vectors) == 0;
}

Reg lane_element(PpuBuilder& b, std::int64_t elements) {
  const Reg first = b.op(PpuOpcode::imul, b.thread(), b.whole(kPpuLanes));
  const Reg flat = b.op(PpuOpcode::iadd, first, b.lane_id());
  return elements % kPpuLanes == 0 ? flat : b.op(PpuOpcode::imin, flat, b.whole(elements - 1));
}

std::vector<Reg> decompose(PpuBuilder& b, const Reg& flat, const Shape& sizes,
                           const std::vector<Shape>& strides) {
  std::vector<Reg> sums(strides.size());
  Reg rest = flat;
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    const bool outermost = axis == 0;
    const Reg coordinate = outermost ? rest : b.op(PpuOpcode::imod, rest, b.whole(sizes[axis]));
    for (std::size_t w = 0; w < strides.size(); ++w) accumulate(b, sums[w], coordinate, strides[w][axis]);
    if (!outermost) rest = b.op(PpuOpcode::idiv, rest, b.whole(sizes[axis]));
  }
  for (Reg& sum : sums) sum = sum == nullptr ? b.whole(0) : sum;
  return sums;
}

std::vector<LaneAddress> locate(PpuBuilder& b, IndexSpace space, std::int64_t threads, std::int64_t vectors) {
  const std::int64_t elements = space.size();
  space = collapsed(space);
  const bool rows = space.sizes.back() % kPpuLanes == 0;
  const std::int64_t own_threads = threads_for(elements, vectors);
  Reg index = b.thread();
  if (threads > own_threads) index = b.op(PpuOpcode::imin, index, b.whole(own_threads - 1));
  if (rows) {
    space.sizes.back() /= kPpuLanes * vectors;
  } else {
    index = b.op(PpuOpcode::iadd, b.op(PpuOpcode::imul, index, b.whole(kPpuLanes)), b.lane_id());
    if (elements % kPpuLanes != 0) index = b.op(PpuOpcode::imin, index, b.whole(elements - 1));
  }
  std::vector<Shape> strides;
  for (const IndexSpace::Walk& walk : space.walks) {
    Shape bytes = walk.strides;
    for (std::int64_t& stride : bytes) stride *= bytes_of(walk.operand->type);
    if (rows) bytes.back() *= kPpuLanes * vectors;
    strides.push_back(bytes);
  }
  const std::vector<Reg> offsets = decompose(b, index, space.sizes, strides);
  std::vector<LaneAddress> result;
  for (std::size_t w = 0; w < space.walks.size(); ++w) {
    const PpuOperand& operand = *space.walks[w].operand;
    const int bytes = bytes_of(operand.type);
    const Reg base = b.address(operand.kind, operand.index, space.walks[w].first * bytes);
    const std::int64_t step = rows ? space.walks[w].strides.back() * bytes : 0;
    result.push_back({b.op(PpuOpcode::iadd, base, offsets[w]), b.whole(step), kPpuLanes * step});
  }
  return result;
}

}  // namespace trireme
