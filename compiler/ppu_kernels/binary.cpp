// SPDX-License-Identifier: Apache-2.0
// Two inputs, element by element, with broadcasting: one row an operator. And where, of three.
#include <algorithm>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/map.h"
#include "compiler/ppu_kernels/math.h"

namespace trireme {

namespace {

using namespace ppu;
using B = PpuBuilder;
using In = std::vector<Reg>;

template <PpuOpcode Opcode>
Reg instruction(B& b, const Node&, const In& in) {
  return b.op(Opcode, in[0], in[1]);
}

// NaN on either side wins; of equal numbers the first.
template <PpuOpcode Opcode>
Reg extreme(B& b, const Node&, const In& in) {
  const Reg value = b.op(Opcode, in[1], in[0]);
  return choose(b, PpuOpcode::feq, in[1], in[1], value, in[1]);
}

template <PpuOpcode Opcode, bool Swap = false, bool Invert = false>
Reg comparison(B& b, const Node&, const In& in) {
  const Reg yes = b.whole(Invert ? 0 : 1), no = b.whole(Invert ? 1 : 0);
  return choose(b, Opcode, in[Swap ? 1 : 0], in[Swap ? 0 : 1], yes, no);
}

// Truth values are 0 and 1.
template <PpuOpcode Opcode>
Reg logical(B& b, const Node&, const In& in) {
  const Reg zero = b.whole(0), one = b.whole(1);
  const Reg x = choose(b, PpuOpcode::ieq, in[0], zero, zero, one);
  const Reg y = choose(b, PpuOpcode::ieq, in[1], zero, zero, one);
  return b.op(Opcode, x, y);
}

Reg power(B& b, const Node&, const In& in) { return pow(b, in[0], in[1]); }

// x - trunc(x / y) y, brought back into [0, |y|) with the sign of x: exact as long as the quotient times y
// is, and close to it for quotients up to 2^24.
Reg fmod(B& b, const Node&, const In& in) {
  const Reg x = abs(b, in[0]), y = abs(b, in[1]);
  Reg rest = sub(b, x, mul(b, b.op(PpuOpcode::ffloor, div(b, x, y)), y));
  rest = choose(b, PpuOpcode::flt, rest, b.real(0), add(b, rest, y), rest);
  rest = choose(b, PpuOpcode::fle, y, rest, sub(b, rest, y), rest);
  rest = choose(b, PpuOpcode::flt, x, y, x, rest);  // also of an infinite divisor
  return with_sign_of(b, rest, in[0]);
}

// With the sign of the divisor: that of x plus y where they differ.
Reg mod(B& b, const Node& node, const In& in) {
  const Reg rest = fmod(b, node, in);
  const Reg moved = add(b, rest, in[1]);
  b.test(PpuOpcode::ilt, b.op(PpuOpcode::ixor, rest, in[1]), b.whole(0));
  const Reg result = b.select(moved, rest);
  return choose(b, PpuOpcode::feq, rest, b.real(0), rest, result);
}

Reg whole_mod(B& b, const Node&, const In& in) {
  const Reg rest = b.op(PpuOpcode::imod, in[0], in[1]);
  const Reg moved = iadd(b, rest, in[1]);
  b.test(PpuOpcode::ilt, b.op(PpuOpcode::ixor, rest, in[1]), b.whole(0));
  const Reg result = b.select(moved, rest);
  return choose(b, PpuOpcode::ieq, rest, b.whole(0), rest, result);
}

Reg prelu(B& b, const Node&, const In& in) {
  return choose(b, PpuOpcode::flt, in[0], b.real(0), mul(b, in[0], in[1]), in[0]);
}

Reg whole_prelu(B& b, const Node&, const In& in) {
  return choose(b, PpuOpcode::ilt, in[0], b.whole(0), imul(b, in[0], in[1]), in[0]);
}

Reg squared_difference(B& b, const Node&, const In& in) {
  const Reg difference = b.op(PpuOpcode::fsub, in[0], in[1]);
  return mul(b, difference, difference);
}

Reg whole_squared_difference(B& b, const Node&, const In& in) {
  const Reg difference = b.op(PpuOpcode::isub, in[0], in[1]);
  return imul(b, difference, difference);
}

constexpr bool kSwap = true, kInvert = true;

const std::vector<PpuMap>& rows() {
  static const std::vector<PpuMap> table = {
      {"add", instruction<PpuOpcode::fadd>, instruction<PpuOpcode::iadd>},
      {"subtract", instruction<PpuOpcode::fsub>, instruction<PpuOpcode::isub>},
      {"multiply", instruction<PpuOpcode::fmul>, instruction<PpuOpcode::imul>},
      {"divide", instruction<PpuOpcode::fdiv>, instruction<PpuOpcode::idiv>},
      {"pow", power},
      {"maximum", extreme<PpuOpcode::fmax>, instruction<PpuOpcode::imax>},
      {"minimum", extreme<PpuOpcode::fmin>, instruction<PpuOpcode::imin>},
      {"mod", mod, whole_mod},
      {"fmod", fmod, instruction<PpuOpcode::imod>},
      {"prelu", prelu, whole_prelu},
      {"squared_difference", squared_difference, whole_squared_difference},
      {"equal", comparison<PpuOpcode::feq>, comparison<PpuOpcode::ieq>, true},
      {"not_equal", comparison<PpuOpcode::feq, false, kInvert>, comparison<PpuOpcode::ieq, false, kInvert>,
       true},
      {"greater", comparison<PpuOpcode::flt, kSwap>, comparison<PpuOpcode::ilt, kSwap>, true},
      {"greater_equal", comparison<PpuOpcode::fle, kSwap>, comparison<PpuOpcode::ile, kSwap>, true},
      {"less", comparison<PpuOpcode::flt>, comparison<PpuOpcode::ilt>, true},
      {"less_equal", comparison<PpuOpcode::fle>, comparison<PpuOpcode::ile>, true},
      {"logical_and", nullptr, logical<PpuOpcode::iand>, true},
      {"logical_or", nullptr, logical<PpuOpcode::ior>, true},
      {"logical_xor", nullptr, logical<PpuOpcode::ixor>, true},
  };
  return table;
}

std::optional<PpuKernel> generate(const Graph& graph, const Node& node, const Chip& chip) {
  const auto row =
      std::find_if(rows().begin(), rows().end(), [&](const PpuMap& map) { return map.op == node.op; });
  return map_kernel(graph, node, chip, *row);
}

// Elements of 64 bits that only move are two of 32.
PpuOperand as_words(PpuOperand operand) {
  const bool wide = operand.type == DataType::int64;
  operand.shape.push_back(wide ? 2 : 1);
  if (wide) operand.type = operand.quantization.dtype = DataType::int32;
  return operand;
}

// condition ? x : y. What all three store alike is moved as it is, anything else as real numbers.
std::optional<PpuKernel> where_kernel(const Graph& graph, const Node& node, const Chip& chip) {
  const std::vector<PpuOperand> operands = {
      as_words(input_operand(graph, node, 0)), as_words(input_operand(graph, node, 1)),
      as_words(input_operand(graph, node, 2)), as_words(output_operand(graph, node))};
  const PpuOperand& out = operands[3];
  bool alike = true;
  for (const PpuOperand& operand : operands) {
    if (!is_supported(operand)) return std::nullopt;
    if (&operand != operands.data())
      alike = alike && same_parameters(operand.quantization, out.quantization) && operand.type == out.type;
  }
  if (!alike && !(operands[1].is_real() && operands[2].is_real() && out.is_real())) return std::nullopt;
  return element_kernel(chip, out.shape, operands, [&](PpuBuilder& b, ElementVector& vector) {
    const Reg condition = vector.raw(0);
    const Reg yes = alike ? vector.raw(1) : vector.real(1), no = alike ? vector.raw(2) : vector.real(2);
    const Reg value = choose(b, PpuOpcode::ieq, condition, b.whole(0), no, yes);
    alike ? vector.store_raw(3, value) : vector.store_real(3, value);
  });
}

}  // namespace

std::vector<PpuKernelRow> binary_ppu_kernels() {
  std::vector<PpuKernelRow> result = {{"where", where_kernel}};
  for (const PpuMap& map : rows()) result.push_back({map.op, generate});
  return result;
}

}  // namespace trireme
