// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/qlinear.h"

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "model/graph/attributes.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

using namespace ppu;

float scale_of(const PpuOperand& operand) { return operand.quantization.scale.at(0); }
std::int32_t zero_point_of(const PpuOperand& operand) { return operand.quantization.zero_point.at(0); }

// ((a - z_a) (b - z_b)) m + z_y
std::optional<PpuKernel> multiply(const Graph& graph, const Node& node, const Chip& chip) {
  const std::vector<PpuOperand> operands = {input_operand(graph, node, 0), input_operand(graph, node, 1),
                                            output_operand(graph, node)};
  const PpuOperand& out = operands[2];
  const float scale = scale_of(operands[0]) * scale_of(operands[1]);
  return element_kernel(chip, out.shape, operands, [&](PpuBuilder& b, ElementVector& vector) {
    const auto centred = [&](std::size_t i) {
      return b.op(PpuOpcode::i2f, b.op(PpuOpcode::isub, vector.raw(i), b.whole(zero_point_of(operands[i]))));
    };
    const Reg product = mul(b, mul(b, centred(0), centred(1)), b.real(scale / scale_of(out)));
    const Reg code = add(b, product, b.real(static_cast<float>(zero_point_of(out))));
    vector.store_raw(2, nearest_code(b, out, code, 0));
  });
}

// Largest code of the row; sum of the table's numbers at the distances to it, one after the other; quotients.
std::optional<PpuKernel> softmax(const Graph& graph, const Node& node, const Chip& chip, RequantRule rule) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  const RowSpace space = rows_along({attributes<SoftmaxAttributes>(node).axis}, {&in, &out});
  PpuBuilder b(chip);
  const std::vector<float> exponentials = qlinear_exponentials(scale_of(in), space.row_size());
  const auto entries = static_cast<std::int64_t>(exponentials.size());
  const PpuOperand table = table_operand(b, {entries}, exponentials);
  Rows rows(b, space);
  const Reg largest = b.variable(b.whole(-entries)), sum = b.variable(b.whole(0));
  const Reg size = b.whole(bytes_of(table.type)), zero = b.whole(0);
  rows.walk([&] { b.into(largest, PpuOpcode::imax, largest, rows.load_raw_element(0)); });
  // Where code 0 would lie: the entry of a code lies as far before.
  const Reg origin = iadd(b, b.address(table.kind, table.index), imul(b, largest, size));
  const auto exponential = [&] {
    const Reg offset = imul(b, rows.load_raw_element(0), size);
    return load_raw(b, table, b.op(PpuOpcode::isub, origin, offset), zero);
  };
  rows.walk([&] { b.into(sum, PpuOpcode::fadd, sum, exponential()); });
  const Reg steps = b.real(qlinear_softmax_steps(scale_of(out), rule));
  rows.walk([&] {
    const Reg quotient = div(b, mul(b, exponential(), steps), sum);
    rows.store_raw_element(1, nearest_code(b, out, quotient, zero_point_of(out)));
  });
  return b.finish(space.threads());
}

}  // namespace

Reg nearest_code(PpuBuilder& b, const PpuOperand& out, const Reg& steps, std::int32_t zero_point) {
  AffineCodes codes = affine_codes(out.quantization);
  codes.zero_point = zero_point;
  return code_of(b, codes, b.op(PpuOpcode::f2i, steps));
}

std::optional<PpuKernel> qlinear_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                            RequantRule rule) {
  if (node.op == "multiply") return multiply(graph, node, chip);
  if (node.op == "softmax") return softmax(graph, node, chip, rule);
  if (node.op == "pooling") return qlinear_average_pool(graph, node, chip);
  return std::nullopt;
}

}  // namespace trireme
