// SPDX-License-Identifier: Apache-2.0
// Softmax of 8-bit codes: on CPUs with a float32 table of exponentials, in Micro in fixed point. A thread
// walks through rows three times: largest code, sum of exponentials, quotients.
#include <algorithm>
#include <functional>

#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "compiler/ppu_kernels/tflite/real_exponential.h"
#include "model/graph/attributes.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

constexpr int kDistances = 256;  // between two codes of 8 bits

// e^(-scale d), the argument in float32, as the runtime has it.
std::vector<float> real_exponentials(float scale) {
  std::vector<float> table;
  for (int distance = 0; distance < kDistances; ++distance) {
    const float x = -scale * static_cast<float>(distance);
    table.push_back(static_cast<float>(real_exponential(double{x})));
  }
  return table;
}

class Walk {
 public:
  Walk(PpuBuilder& b, const Call& call)
      : b_(b),
        in_(call.in(0)),
        out_(call.out()),
        space_(rows_along({attributes<SoftmaxAttributes>(call.node).axis}, {&in_, &out_})),
        rows_(b, space_),
        largest_(b.variable(b.whole(-kDistances))) {
    rows_.walk([&] { b.into(largest_, PpuOpcode::imax, largest_, rows_.load_raw_element(0)); });
  }

  // One after the other, in the order of the elements.
  Reg sum(const PpuOperand& table, PpuOpcode opcode, const std::function<Reg(const Reg&)>& term) {
    const Reg sum = b_.variable(b_.whole(0)), base = b_.address(table.kind, table.index);
    rows_.walk([&] { b_.into(sum, opcode, sum, term(exponential_at(table, base))); });
    return sum;
  }

  // `steps` of an exponential: steps of the output.
  std::optional<PpuKernel> finish(const PpuOperand& table, const std::function<Reg(const Reg&)>& steps) {
    const Reg base = b_.address(table.kind, table.index);
    rows_.walk([&] {
      const Reg code = code_of(b_, codes_of(out_), steps(exponential_at(table, base)));
      rows_.store_raw_element(1, code);
    });
    return b_.finish(space_.threads());
  }

 private:
  Reg exponential_at(const PpuOperand& table, const Reg& base) {
    const Reg distance = b_.op(PpuOpcode::isub, largest_, rows_.load_raw_element(0));
    const Reg offset = imul(b_, distance, b_.whole(bytes_of(table.type)));
    return load_raw(b_, table, iadd(b_, base, offset), b_.whole(0));
  }

  PpuBuilder& b_;
  PpuOperand in_, out_;
  RowSpace space_;
  Rows rows_;
  Reg largest_;
};

std::optional<PpuKernel> by_real_table(const Call& call) {
  PpuBuilder b(call.chip);
  const PpuOperand table = table_operand(b, {kDistances}, real_exponentials(codes_of(call.in(0)).scale));
  Walk walk(b, call);
  const Reg sum = walk.sum(table, PpuOpcode::fadd, [](const Reg& x) { return x; });
  const Reg inverse = b.op(PpuOpcode::frcp, mul(b, sum, b.real(codes_of(call.out()).scale)));
  return walk.finish(table, [&](const Reg& x) {
    return b.op(PpuOpcode::f2i, b.op(PpuOpcode::ffloor, add(b, mul(b, x, inverse), b.real(0.5F))));
  });
}

// Differences from the maximum with 5 integer bits, their sum with 12, the quotient with none; the output
// counts from its lowest code.
std::optional<PpuKernel> in_fixed_point(const Call& call, std::int64_t count) {
  constexpr int kSumBits = 12;
  if (count >= std::int64_t{1} << kSumBits) return std::nullopt;  // the sum would not fit
  PpuBuilder b(call.chip);
  const double scale = std::min(double{codes_of(call.in(0)).scale} * 0x1p26, 2147483647.0);
  const PpuOperand table =
      table_operand(b, {kDistances}, exponentials(q31_multiplier(scale), rounding_of(call.rule)));
  Walk walk(b, call);
  const Reg sum =
      walk.sum(table, PpuOpcode::iadd, [&](const Reg& x) { return divided_by_power(b, x, kSumBits); });
  const Reciprocal inverse = reciprocal(b, sum);
  // The quotient is positive, so half away is half up; shifted by more than 31 bits it is 0.
  const int bits = call.out().type == DataType::int16 ? 16 : 8;
  Reg shift = b.op(PpuOpcode::isub, b.whole(kSumBits + 31 - bits - 1), inverse.zeros);
  shift = b.op(PpuOpcode::imin, shift, b.whole(31));
  return walk.finish(table, [&](const Reg& x) {
    const Reg quotient = b.op(PpuOpcode::imulrh, inverse.value, x);
    const Reg one = b.whole(1);
    return b.op(PpuOpcode::shr, iadd(b, b.op(PpuOpcode::shr, quotient, shift), one), one);
  });
}

// Micro's outputs have the scale of the type's full range.
bool full_range(const Call& call) {
  const AffineCodes out = codes_of(call.out());
  const DataType type = call.out().type;
  return call.in(0).type == DataType::int8 && out.zero_point == out.low &&
         ((type == DataType::int8 && out.scale == 0x1p-8F) ||
          (type == DataType::int16 && out.scale == 0x1p-16F));
}

}  // namespace

std::optional<PpuKernel> softmax(const Call& call) {
  if (bytes_of(call.in(0).type) != 1) return wide_softmax(call);
  if (call.rule == RequantRule::tflite || !full_range(call)) return by_real_table(call);
  const auto axis = static_cast<std::size_t>(attributes<SoftmaxAttributes>(call.node).axis);
  return in_fixed_point(call, call.in(0).shape.at(axis));
}

}  // namespace trireme::tflite_ppu
