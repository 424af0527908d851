// SPDX-License-Identifier: Apache-2.0
// Bilinear resizing of [N,C,H,W] maps of codes. Between which two rows (columns) an output lies, and how far
// beyond the first, are tables; uint8 blends in float32, int8 in integers with 10 bits after the point.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "model/graph/attributes.h"

namespace trireme::tflite_ppu {

using namespace ppu;
using Coordinates = ResizeAttributes::Coordinates;

namespace {

constexpr std::int64_t kEntry = 12;  // bytes: first, second, distance

struct Axis {
  std::int64_t in, out, bytes;  // sizes; from one element of the input to the next
  Coordinates mode;

  bool corners() const { return mode == Coordinates::align_corners && out > 1; }
};

std::int32_t word(std::int64_t value) { return static_cast<std::int32_t>(value); }

std::vector<std::int32_t> whole_entries(const Axis& axis) {
  constexpr std::int64_t kOne = 1024;
  const std::int64_t from = axis.corners() ? axis.in - 1 : axis.in,
                     to = axis.corners() ? axis.out - 1 : axis.out;
  const std::int64_t step = (kOne * from + to / 2) / to;
  const std::int64_t first = axis.mode == Coordinates::half_pixel ? step / 2 - kOne / 2 : 0;
  std::vector<std::int32_t> entries;
  for (std::int64_t i = 0; i < axis.out; ++i) {
    const std::int64_t position = first + i * step;
    const std::int64_t low = std::clamp<std::int64_t>(position / kOne, 0, axis.in - 1);
    const std::int64_t high = std::min((position + kOne - 1) / kOne, axis.in - 1);
    for (const std::int64_t entry : {low * axis.bytes, high * axis.bytes, position - kOne * low})
      entries.push_back(word(entry));
  }
  return entries;
}

std::vector<std::int32_t> real_entries(const Axis& axis) {
  const auto from = static_cast<float>(axis.corners() ? axis.in - 1 : axis.in);
  const auto to = static_cast<float>(axis.corners() ? axis.out - 1 : axis.out);
  const float step = from / to;
  std::vector<std::int32_t> entries;
  for (std::int64_t i = 0; i < axis.out; ++i) {
    const auto at = static_cast<float>(i);
    const float position = axis.mode == Coordinates::half_pixel ? (at + 0.5F) * step - 0.5F : at * step;
    const auto low = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(position)));
    const auto high = std::min(static_cast<std::int64_t>(std::ceil(position)), axis.in - 1);
    const float distance = position - static_cast<float>(low);
    std::int32_t bits;
    std::memcpy(&bits, &distance, sizeof bits);
    for (const std::int64_t entry : {low * axis.bytes, high * axis.bytes, std::int64_t{bits}})
      entries.push_back(word(entry));
  }
  return entries;
}

// What a lane reads of an axis.
struct Between {
  Reg low, high, distance;
};

Between entry_at(PpuBuilder& b, const PpuOperand& table, const Reg& offset) {
  const Reg at = iadd(b, b.address(table.kind, table.index), offset);
  const auto load = [&](std::int64_t word) { return b.load(PpuType::i32, at, b.whole(0), word * 4); };
  return {load(0), load(1), load(2)};
}

// Corners in the order of rows, then columns; each weight is the product of both axes'.
Reg blended_reals(PpuBuilder& b, const std::vector<Reg>& corners, const Reg& y, const Reg& x) {
  const Reg one = b.real(1), y_left = sub(b, one, y), x_left = sub(b, one, x);
  const auto real = [&](std::size_t i) { return b.op(PpuOpcode::i2f, corners[i]); };
  const Reg sum = b.variable(mul(b, real(0), mul(b, y_left, x_left)));
  b.into(sum, PpuOpcode::fmad, real(1), mul(b, y_left, x));
  b.into(sum, PpuOpcode::fmad, real(2), mul(b, y, x_left));
  b.into(sum, PpuOpcode::fmad, real(3), mul(b, y, x));
  return b.op(PpuOpcode::f2i, trunc(b, add(b, sum, b.real(0.5F))));
}

// One rounding or two differ in the ties of negative sums.
Reg blended_integers(PpuBuilder& b, const std::vector<Reg>& corners, const Reg& y, const Reg& x, bool once) {
  const Reg one = b.whole(1024), half = b.whole(1 << 19);
  const Reg y_left = b.op(PpuOpcode::isub, one, y), x_left = b.op(PpuOpcode::isub, one, x);
  const auto term = [&](std::size_t i, const Reg& row, const Reg& column) {
    return imul(b, corners[i], imul(b, row, column));
  };
  Reg sum = iadd(b, term(0, y_left, x_left), term(1, y_left, x));
  sum = iadd(b, iadd(b, sum, term(2, y, x_left)), term(3, y, x));
  if (once) return b.op(PpuOpcode::sar, iadd(b, sum, half), b.whole(20));
  const Reg away = choose(b, PpuOpcode::ilt, b.whole(0), sum, half, b.whole(-(1 << 19)));
  return b.op(PpuOpcode::idiv, iadd(b, sum, away), b.whole(1 << 20));
}

}  // namespace

std::optional<PpuKernel> resize(const Call& call) {
  const auto& attr = attributes<ResizeAttributes>(call.node);
  const PpuOperand in = call.in(0), out = call.out();
  if (bytes_of(in.type) != 1 || in.shape.size() != 4) return std::nullopt;
  const bool real = in.type == DataType::uint8;
  const auto entries = [&](std::size_t axis, std::int64_t bytes) {
    const Axis sizes{in.shape[axis], out.shape[axis], bytes, attr.coordinates};
    return real ? real_entries(sizes) : whole_entries(sizes);
  };
  PpuBuilder b(call.chip);
  const PpuOperand row_table = table_operand(b, {out.shape[2], 3}, entries(2, in.shape[3]));
  const PpuOperand column_table = table_operand(b, {out.shape[3], 3}, entries(3, 1));
  // 1. Which element, and its entries in both tables.
  const Reg element = lane_element(b, out.size());
  const std::vector<Reg> parts =
      decompose(b, element, {out.shape[0] * out.shape[1], out.shape[2], out.shape[3]},
                {{in.shape[2] * in.shape[3], 0, 0}, {0, kEntry, 0}, {0, 0, kEntry}});
  const Between y = entry_at(b, row_table, parts[1]), x = entry_at(b, column_table, parts[2]);
  // 2. The four codes around it.
  const Reg map = iadd(b, b.address(in.kind, in.index), parts[0]);
  std::vector<Reg> corners;
  for (const Reg& row : {y.low, y.high}) {
    const Reg line = iadd(b, map, row);
    for (const Reg& column : {x.low, x.high})
      corners.push_back(load_raw(b, in, iadd(b, line, column), b.whole(0)));
  }
  // 3. Their blend is a code again.
  const bool once = call.rule == RequantRule::tflm_single;
  const Reg code = real ? blended_reals(b, corners, y.distance, x.distance)
                        : blended_integers(b, corners, y.distance, x.distance, once);
  store_raw(b, out, code, iadd(b, b.address(out.kind, out.index), element), b.whole(0));
  return b.finish(threads_for(out.size()));
}

}  // namespace trireme::tflite_ppu
