// SPDX-License-Identifier: Apache-2.0
// How the elements of an N-dimensional result are dealt out to threads and lanes, and where each operand's
// elements lie.
#pragma once

#include "compiler/ppu_kernels/operand.h"

namespace trireme {

// Dimensions of the result and, an operand each, its strides in elements (0 along axes it repeats on) and its
// first element.
struct IndexSpace {
  struct Walk {
    const PpuOperand* operand;
    Shape strides;
    std::int64_t first = 0;
  };
  Shape sizes;
  std::vector<Walk> walks;

  std::int64_t size() const { return element_count(sizes); }
};

Shape repeating_strides(const Shape& in, const Shape& out);
// Operands that are broadcast to `sizes`; they must outlive the space.
IndexSpace broadcast_space(const std::vector<PpuOperand>& operands, const Shape& sizes);

// Where a thread's four elements are: the byte address of the first of an operand (or of each lane), the step
// between lanes, and how many bytes behind them its next four are.
struct LaneAddress {
  Reg address, step;
  std::int64_t next = 0;
};

// The code that turns the thread's index into addresses, one a walk. A thread has four elements in a row of
// the innermost axis if that works out for all rows, otherwise any four; lanes past the end repeat the last
// element. Axes that are contiguous for everybody are made one.
// If the program has more `threads`, those beyond repeat the last one. A thread may have several `vectors` of
// four in such a row if that works out for all rows, too.
std::vector<LaneAddress> locate(PpuBuilder& b, IndexSpace space, std::int64_t threads = 0,
                                std::int64_t vectors = 1);
bool takes_vectors(const IndexSpace& space, std::int64_t vectors);
std::int64_t threads_for(std::int64_t elements, std::int64_t vectors = 1);
// The element of each lane if a thread has four in a row; lanes past the end repeat the last one.
Reg lane_element(PpuBuilder& b, std::int64_t elements);

// Sum over axes of strides[axis] * coordinate of the flat index over `sizes`, one sum for each stride list.
std::vector<Reg> decompose(PpuBuilder& b, const Reg& flat, const Shape& sizes,
                           const std::vector<Shape>& strides);

}  // namespace trireme
