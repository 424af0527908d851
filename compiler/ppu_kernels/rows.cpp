// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/rows.h"

#include <algorithm>
#include <cmath>

#include "compiler/ppu_kernels/math.h"

namespace trireme {

using namespace ppu;

namespace {

constexpr std::int64_t kLongRun = 256;

// Row axes that follow each other in every operand become one; axes of one element go.
void join_row_axes(RowSpace& space) {
  RowSpace joined = space;
  joined.row.clear();
  for (RowOperand& operand : joined.operands) operand.row.clear();
  for (std::size_t axis = 0; axis < space.row.size(); ++axis) {
    const std::int64_t size = space.row[axis];
    if (size == 1) continue;
    bool joins = !joined.row.empty();
    for (std::size_t i = 0; joins && i < space.operands.size(); ++i)
      joins = joined.operands[i].row.back() == space.operands[i].row[axis] * size;
    if (joins) joined.row.back() *= size;
    if (!joins) joined.row.push_back(size);
    for (std::size_t i = 0; i < space.operands.size(); ++i) {
      Shape& strides = joined.operands[i].row;
      if (joins) strides.pop_back();
      strides.push_back(space.operands[i].row[axis]);
    }
  }
  space = joined;
}

// A long innermost axis is cut into runs of about its square root, if it has such a divisor: a float sum of
// n terms in runs errs like one of 2 sqrt(n).
void cut_long_axis(RowSpace& space) {
  if (space.row.empty() || space.row.back() <= kLongRun) return;
  const std::int64_t size = space.row.back();
  auto run = static_cast<std::int64_t>(std::sqrt(static_cast<double>(size)));
  while (run > 1 && size % run != 0) --run;
  if (run < 8) return;
  space.row.back() = size / run;
  space.row.push_back(run);
  for (RowOperand& operand : space.operands) {
    const std::int64_t stride = operand.row.back();
    operand.row.back() = stride * run;
    operand.row.push_back(stride);
  }
}

}  // namespace

Shape pick(const Shape& shape, const std::vector<std::int64_t>& axes) {
  Shape picked;
  for (const std::int64_t axis : axes) picked.push_back(shape[static_cast<std::size_t>(axis)]);
  return picked;
}

std::vector<std::int64_t> all_but(std::size_t rank, const std::vector<std::int64_t>& axes) {
  std::vector<std::int64_t> others;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(rank); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) == axes.end()) others.push_back(axis);
  }
  return others;
}

RowSpace rows_along(const std::vector<std::int64_t>& axes, const std::vector<const PpuOperand*>& operands) {
  const Shape& shape = operands.front()->shape;
  const std::vector<std::int64_t> kept = all_but(shape.size(), axes);
  const Shape strides = row_major_strides(shape);
  RowSpace space{pick(shape, kept), pick(shape, axes), {}};
  for (const PpuOperand* operand : operands)
    space.operands.push_back({operand, pick(strides, kept), pick(strides, axes)});
  return space;
}

RowSpace reduced_rows(const PpuOperand& in, const PpuOperand& out, const std::vector<std::int64_t>& axes) {
  RowSpace space = rows_along(axes, {&in});
  space.operands.push_back({&out, row_major_strides(space.positions), Shape(axes.size(), 0)});
  return space;
}

Rows::Rows(PpuBuilder& b, RowSpace space, std::int64_t first) : b_(b), space_(std::move(space)) {
  join_row_axes(space_);
  cut_long_axis(space_);
  const std::int64_t positions = element_count(space_.positions);
  const Reg index = lane_element(b, positions);
  std::vector<Shape> strides;
  for (const RowOperand& operand : space_.operands) {
    Shape bytes = operand.positions;
    for (std::int64_t& stride : bytes) stride *= bytes_of(operand.operand->type);
    strides.push_back(bytes);
  }
  // Positions may have no axes at all: then there is one.
  const std::vector<Reg> offsets = decompose(b, index, space_.positions, strides);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const PpuOperand& operand = *space_.operands[i].operand;
    const Reg base = b.address(operand.kind, operand.index, first * bytes_of(operand.type));
    addresses_.push_back(iadd(b, base, offsets[i]));
  }
}

void Rows::advance(std::size_t axis, std::int64_t count) {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const RowOperand& operand = space_.operands[i];
    const std::int64_t bytes = count * operand.row[axis] * bytes_of(operand.operand->type);
    if (bytes != 0) b_.into(addresses_[i], PpuOpcode::iadd, addresses_[i], b_.whole(bytes));
  }
}

void Rows::level(std::size_t axis, const std::function<void()>& body,
                 const std::function<void()>& after_run) {
  const bool innermost = axis + 1 == space_.row.size();
  const Reg zero = b_.whole(0);
  std::vector<Reg> held;
  for (const RowOperand& operand : space_.operands) {
    const std::int64_t bytes = operand.row[axis] * bytes_of(operand.operand->type);
    if (innermost && bytes != 0) held.push_back(b_.whole(bytes));
  }
  b_.loop(space_.row[axis], [&] {
    innermost ? body() : level(axis + 1, body, after_run);
    advance(axis, 1);
  });
  advance(axis, -space_.row[axis]);
  if (innermost && after_run) after_run();
}

void Rows::walk(const std::function<void()>& body, const std::function<void()>& after_run) {
  if (!space_.row.empty()) return level(0, body, after_run);
  body();
  if (after_run) after_run();
}

Reg Rows::load(std::size_t operand, std::int64_t offset) {
  return load_real(b_, *space_.operands[operand].operand, addresses_[operand], b_.whole(0), offset);
}

Reg Rows::load_raw_element(std::size_t operand) {
  return load_raw(b_, *space_.operands[operand].operand, addresses_[operand], b_.whole(0));
}

void Rows::store(std::size_t operand, const Reg& value) {
  store_real(b_, *space_.operands[operand].operand, value, addresses_[operand], b_.whole(0));
}

void Rows::store_raw_element(std::size_t operand, const Reg& value) {
  store_raw(b_, *space_.operands[operand].operand, value, addresses_[operand], b_.whole(0));
}

Reg Rows::sum(const std::function<Reg()>& term) {
  const Reg total = b_.variable(b_.whole(0)), run = b_.variable(b_.whole(0));
  walk([&] { b_.into(run, PpuOpcode::fadd, run, term()); },
       [&] {
         b_.into(total, PpuOpcode::fadd, total, run);
         b_.assign(run, b_.whole(0));
       });
  return total;
}

}  // namespace trireme
