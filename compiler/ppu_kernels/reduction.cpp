// SPDX-License-Identifier: Apache-2.0
// Reductions over any axes, the positions of extremes, softmax and running sums.
#include <algorithm>
#include <limits>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

using namespace ppu;
using Type = ReduceAttributes::Type;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Reg extreme(PpuBuilder& b, Rows& rows, PpuOpcode opcode) {
  const Reg best = b.variable(b.real(opcode == PpuOpcode::fmax ? -kInfinity : kInfinity));
  rows.walk([&] { b.into(best, opcode, best, rows.load(0)); });  // NaN in the second place passes
  return best;
}

// log of the sum of e^x, the largest x taken out first.
Reg log_sum_exp(PpuBuilder& b, Rows& rows) {
  const Reg largest = extreme(b, rows, PpuOpcode::fmax);
  const Reg sum = rows.sum([&] { return exp(b, sub(b, rows.load(0), largest)); });
  return add(b, largest, log(b, sum));
}

Reg reduced(PpuBuilder& b, Rows& rows, Type type, std::int64_t count) {
  const auto plain = [&] { return rows.load(0); };
  const auto squared = [&] {
    const Reg x = rows.load(0);
    return mul(b, x, x);
  };
  switch (type) {
    case Type::sum:
      return rows.sum(plain);
    case Type::mean:
      return div(b, rows.sum(plain), b.real(static_cast<float>(count)));
    case Type::max:
      return extreme(b, rows, PpuOpcode::fmax);
    case Type::min:
      return extreme(b, rows, PpuOpcode::fmin);
    case Type::prod: {
      const Reg product = b.variable(b.real(1));
      rows.walk([&] { b.into(product, PpuOpcode::fmul, product, rows.load(0)); });
      return product;
    }
    case Type::l1:
      return rows.sum([&] { return abs(b, rows.load(0)); });
    case Type::l2:
      return b.op(PpuOpcode::fsqrt, rows.sum(squared));
    case Type::log_sum:
      return log(b, rows.sum(plain));
    case Type::log_sum_exp:
      return log_sum_exp(b, rows);
    case Type::sum_square:
      return rows.sum(squared);
  }
  return nullptr;
}

// Sums and products wrap; a mean of integers truncates.
Reg whole_reduced(PpuBuilder& b, Rows& rows, Type type, std::int64_t count) {
  const std::int64_t start = type == Type::prod  ? 1
                             : type == Type::max ? std::numeric_limits<std::int32_t>::min()
                             : type == Type::min ? std::numeric_limits<std::int32_t>::max()
                                                 : 0;
  const PpuOpcode opcode = type == Type::prod  ? PpuOpcode::imul
                           : type == Type::max ? PpuOpcode::imax
                           : type == Type::min ? PpuOpcode::imin
                                               : PpuOpcode::iadd;
  const Reg result = b.variable(b.whole(start));
  rows.walk([&] { b.into(result, opcode, result, rows.load_raw_element(0)); });
  return type == Type::mean ? b.op(PpuOpcode::idiv, result, b.whole(count)) : result;
}

std::optional<PpuKernel> reduce(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ReduceAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!is_supported(in) || !is_supported(out) || in.is_real() != out.is_real()) return std::nullopt;
  const bool for_integers = attr.type == Type::sum || attr.type == Type::mean || attr.type == Type::max ||
                            attr.type == Type::min || attr.type == Type::prod;
  if (!in.is_real() && !for_integers) return std::nullopt;
  PpuBuilder b(chip);
  const RowSpace space = reduced_rows(in, out, attr.axes);
  Rows rows(b, space);
  if (in.is_real()) {
    rows.store(1, reduced(b, rows, attr.type, space.row_size()));
  } else {
    rows.store_raw_element(1, whole_reduced(b, rows, attr.type, space.row_size()));
  }
  return b.finish(space.threads());
}

// The first (or last) index of the largest (smallest) element. Codes of one scale are ordered as what they
// mean.
template <bool Largest>
std::optional<PpuKernel> arg(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ArgAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!is_supported(in) || !is_supported(out) || out.is_real()) return std::nullopt;
  PpuBuilder b(chip);
  const RowSpace space = reduced_rows(in, out, {attr.axis});
  Rows rows(b, space);
  const bool floats = is_float(in.type);
  const Reg best = b.variable(rows.load_raw_element(0));
  const Reg best_index = b.variable(b.whole(0)), index = b.variable(b.whole(0));
  const Reg one = b.whole(1);
  // A later equal element replaces the best one if the last is wanted.
  const PpuOpcode strict = floats ? PpuOpcode::flt : PpuOpcode::ilt;
  const PpuOpcode not_strict = floats ? PpuOpcode::fle : PpuOpcode::ile;
  rows.walk([&] {
    const Reg x = rows.load_raw_element(0);
    b.test(attr.select_last_index ? not_strict : strict, Largest ? best : x, Largest ? x : best);
    b.where([&] {
      b.assign(best, x);
      b.assign(best_index, index);
    });
    b.into(index, PpuOpcode::iadd, index, one);
  });
  rows.store_raw_element(1, best_index);
  return b.finish(space.threads());
}

// Largest element, sum of exponentials, quotients (or x - largest - log sum).
template <bool Logarithm>
std::optional<PpuKernel> softmax(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<SoftmaxAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!in.is_real() || !out.is_real() || !is_supported(in) || !is_supported(out)) return std::nullopt;
  PpuBuilder b(chip);
  RowSpace space = rows_along({attr.axis}, {&in, &out});
  Rows rows(b, space);
  const Reg largest = extreme(b, rows, PpuOpcode::fmax);
  const Reg sum = rows.sum([&] { return exp(b, sub(b, rows.load(0), largest)); });
  const Reg shift = Logarithm ? log(b, sum) : nullptr;
  rows.walk([&] {
    const Reg x = sub(b, rows.load(0), largest);
    rows.store(1, Logarithm ? sub(b, x, shift) : div(b, exp(b, x), sum));
  });
  return b.finish(space.threads());
}

// The row is walked from the end if `reverse`: strides change sign and the operands begin at the last
// element.
std::optional<PpuKernel> cumsum(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<CumsumAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (in.is_real() != out.is_real() || !is_supported(in) || !is_supported(out)) return std::nullopt;
  PpuBuilder b(chip);
  RowSpace space = rows_along({attr.axis}, {&in, &out});
  const std::int64_t stride = space.operands[0].row[0];
  if (attr.reverse) {
    for (RowOperand& operand : space.operands) operand.row[0] = -stride;
  }
  Rows rows(b, space, attr.reverse ? (space.row[0] - 1) * stride : 0);
  const bool real = in.is_real();
  const Reg sum = b.variable(b.whole(0));
  rows.walk([&] {
    const Reg x = real ? rows.load(0) : rows.load_raw_element(0);
    const auto store = [&] { real ? rows.store(1, sum) : rows.store_raw_element(1, sum); };
    if (attr.exclusive) store();
    b.into(sum, real ? PpuOpcode::fadd : PpuOpcode::iadd, sum, x);
    if (!attr.exclusive) store();
  });
  return b.finish(space.threads());
}

}  // namespace

std::vector<PpuKernelRow> reduction_ppu_kernels() {
  return {{"reduce", reduce},          {"argmax", arg<true>},          {"argmin", arg<false>},
          {"softmax", softmax<false>}, {"log_softmax", softmax<true>}, {"cumsum", cumsum}};
}

}  // namespace trireme
