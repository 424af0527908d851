// SPDX-License-Identifier: Apache-2.0
// Kernels that go through rows: every output position has a set of elements (the reduced axes, the normalized
// axes) that its lane walks through, as often as it needs to.
#pragma once

#include <functional>

#include "compiler/ppu_kernels/index_space.h"

namespace trireme {

// An operand in a walk: strides in elements along the axes of the positions and along those of a row.
struct RowOperand {
  const PpuOperand* operand;
  Shape positions, row;
};

struct RowSpace {
  Shape positions, row;
  std::vector<RowOperand> operands;

  std::int64_t threads() const { return threads_for(element_count(positions)); }
  std::int64_t row_size() const { return element_count(row); }
};

// Strides of `shape` (row-major, or `strides`) along chosen axes, and the sizes of these axes.
Shape pick(const Shape& shape, const std::vector<std::int64_t>& axes);
std::vector<std::int64_t> all_but(std::size_t rank, const std::vector<std::int64_t>& axes);

// Rows along `axes` of operands of one shape; and of `in`, with one element of `out` a position.
RowSpace rows_along(const std::vector<std::int64_t>& axes, const std::vector<const PpuOperand*>& operands);
RowSpace reduced_rows(const PpuOperand& in, const PpuOperand& out, const std::vector<std::int64_t>& axes);

class Rows {
 public:
  // Four positions a thread, one a lane; lanes past the end repeat the last position.
  // `first`: where rows begin, in elements from the first position.
  Rows(PpuBuilder& b, RowSpace space, std::int64_t first = 0);

  // Once for every element of the row, in order; `after_run` after each run of elements along the innermost
  // axis (long axes are cut into runs), for sums that stay exact by being added up in two steps. Load and
  // store in the body only. The addresses are back at the row's start afterwards.
  void walk(const std::function<void()>& body, const std::function<void()>& after_run = nullptr);

  Reg load(std::size_t operand, std::int64_t offset = 0);
  Reg load_raw_element(std::size_t operand);
  void store(std::size_t operand, const Reg& value);
  void store_raw_element(std::size_t operand, const Reg& value);
  // Sum over the row of what `term` gives for an element.
  Reg sum(const std::function<Reg()>& term);

  std::int64_t row_size() const { return element_count(space_.row); }

 private:
  void level(std::size_t axis, const std::function<void()>& body, const std::function<void()>& after_run);
  void advance(std::size_t axis, std::int64_t count);

  PpuBuilder& b_;
  RowSpace space_;
  std::vector<Reg> addresses_;
};

}  // namespace trireme
