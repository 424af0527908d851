// SPDX-License-Identifier: Apache-2.0
// Rows divided by their length, in codes of 1/128. A thread walks through rows twice: squares, quotients.
#include <functional>
#include <vector>

#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "model/graph/attributes.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

constexpr int kOutputBits = 7;

using Scaling = std::function<Reg(const Reg& x)>;

// Once: two bits more than the output's make 33, which is where half_up_of_high() begins.
Scaling scaled_once(PpuBuilder& b, const InverseRoot& root) {
  return [&b, root](const Reg& x) {
    return half_up_of_high(b, b.op(PpuOpcode::shl, x, b.whole(kOutputBits + 2)), root.value, root.right);
  };
}

// Twice: uint8 is shifted up before and down by the whole of the root's exponent, int8 by what is left of the
// two against each other.
Scaling scaled_twice(PpuBuilder& b, const InverseRoot& root, DataType type) {
  const Reg zero = b.whole(0), bits = b.whole(kOutputBits);
  const bool whole = type == DataType::uint8;
  const auto positive = [&](const Reg& x) { return b.op(PpuOpcode::imax, x, zero); };
  const Reg left = whole ? bits : positive(b.op(PpuOpcode::isub, bits, root.right));
  const Reg right = whole ? root.right : positive(b.op(PpuOpcode::isub, root.right, bits));
  const Reg below = low_bits(b, right), value = root.value;
  return [=, &b](const Reg& x) {
    const Reg product = b.op(PpuOpcode::imulrh, b.op(PpuOpcode::shl, x, left), value);
    return divided_by_power(b, product, right, below);
  };
}

}  // namespace

std::optional<PpuKernel> l2_normalize(const Call& call) {
  const PpuOperand in = call.in(0), out = call.out();
  PpuBuilder b(call.chip);
  const RowSpace space = rows_along({attributes<NormAttributes>(call.node).axis}, {&in, &out});
  if (space.row_size() > 0x7FFFFFFF / (255 * 255)) return std::nullopt;  // the squares would not fit
  Rows rows(b, space);
  const Reg zero_point = b.whole(codes_of(in).zero_point), squares = b.variable(b.whole(0));
  const auto centred = [&] { return b.op(PpuOpcode::isub, rows.load_raw_element(0), zero_point); };
  rows.walk([&] {
    const Reg x = centred();
    b.into(squares, PpuOpcode::iadd, squares, imul(b, x, x));
  });
  const InverseRoot root = inverse_square_root(b, squares);
  const Scaling scaled =
      rounding_of(call.rule) == Rounding::once ? scaled_once(b, root) : scaled_twice(b, root, in.type);
  const AffineCodes codes = codes_of(out);
  std::vector<Reg> held;  // what every element uses, for the loop to find it
  for (const std::int64_t value : {std::int64_t{1}, std::int64_t{31}, codes.low - codes.zero_point,
                                   codes.high - codes.zero_point, std::int64_t{codes.zero_point}})
    held.push_back(b.whole(value));
  rows.walk([&] { rows.store_raw_element(1, code_of(b, codes, scaled(centred()))); });
  return b.finish(space.threads());
}

}  // namespace trireme::tflite_ppu
