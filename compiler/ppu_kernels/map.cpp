// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/map.h"

#include <algorithm>

#include "compiler/ppu_kernels/math.h"

namespace trireme {

namespace {

// Parameters of codes, broadcast against the tensor: (q - z) * s.
struct Parameters {
  PpuOperand scale, zero_point;
};
Parameters parameters_of(PpuBuilder& b, const PpuOperand& operand) {
  const Quantization& q = operand.quantization;
  Shape shape(operand.shape.size(), 1);
  shape[static_cast<std::size_t>(q.channel_axis)] = static_cast<std::int64_t>(q.scale.size());
  std::vector<std::int32_t> zero_points = q.zero_point;
  zero_points.resize(q.scale.size(), q.zero_point.empty() ? 0 : q.zero_point.front());
  return {table_operand(b, shape, q.scale), table_operand(b, shape, zero_points)};
}

// The input with its channel's parameters, operands `first` and the next: q - z times s.
Reg dequantized_by_channel(PpuBuilder& b, ElementVector& vector, std::size_t first) {
  const Reg difference = b.op(PpuOpcode::isub, vector.raw(0), vector.raw(first + 1));
  return ppu::mul(b, b.op(PpuOpcode::i2f, difference), vector.raw(first));
}

// x / s + z: what is clamped, in wide integers, then the channel's z.
Reg quantized_by_channel(PpuBuilder& b, ElementVector& vector, std::size_t first, const Reg& x,
                         DataType type) {
  const bool is_signed = type == DataType::int8 || type == DataType::int16;
  const std::int64_t span = std::int64_t{1} << (8 * bytes_of(type));
  const std::int64_t low = is_signed ? -span / 2 : 0, high = low + span - 1;
  const Reg zero_point = vector.raw(first + 1);
  Reg code = b.op(PpuOpcode::f2i, ppu::div(b, x, vector.raw(first)));
  code = b.op(PpuOpcode::imax, code, b.op(PpuOpcode::isub, b.whole(low), zero_point));
  code = b.op(PpuOpcode::imin, code, b.op(PpuOpcode::isub, b.whole(high), zero_point));
  return ppu::iadd(b, code, zero_point);
}

}  // namespace

std::optional<PpuKernel> map_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                    const PpuMap& map) {
  std::vector<PpuOperand> operands;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) operands.push_back(input_operand(graph, node, i));
  const bool real = std::all_of(operands.begin(), operands.end(),
                                [](const PpuOperand& operand) { return operand.is_real(); });
  const PpuExpression expression = real ? map.real : map.whole;
  operands.push_back(output_operand(graph, node));
  const PpuOperand& out = operands.back();
  for (const PpuOperand& operand : operands) {
    if (!is_supported(operand)) return std::nullopt;
  }
  if (expression == nullptr || out.is_real() != (real && !map.predicate)) return std::nullopt;
  return element_kernel(chip, out.shape, operands, [&](PpuBuilder& b, ElementVector& vector) {
    std::vector<Reg> in;
    for (std::size_t i = 0; i + 1 < operands.size(); ++i) in.push_back(real ? vector.real(i) : vector.raw(i));
    const Reg value = expression(b, node, in);
    const std::size_t to = operands.size() - 1;
    out.is_real() ? vector.store_real(to, value) : vector.store_raw(to, value);
  });
}

// Operands beside input and output are the parameters of codes with one a channel: the input's, then the
// output's.
std::optional<PpuKernel> requantizing_copy(const Graph& graph, const Node& node, const Chip& chip) {
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (!is_supported(in, true) || !is_supported(out, true)) return std::nullopt;
  return element_kernel(chip, out.shape, [&](PpuBuilder& b) -> ElementWise {
    std::vector<PpuOperand> operands = {in, out};
    for (const PpuOperand* operand : {&in, &out}) {
      if (!operand->quantization.per_channel()) continue;
      const Parameters parameters = parameters_of(b, *operand);
      operands.insert(operands.end(), {parameters.scale, parameters.zero_point});
    }
    return {operands, [&](ElementVector& vector) {
              const bool channels = in.quantization.per_channel();
              const Reg x = channels ? dequantized_by_channel(b, vector, 2) : vector.real(0);
              if (!out.quantization.per_channel()) return vector.store_real(1, x);
              vector.store_raw(1, quantized_by_channel(b, vector, channels ? 4 : 2, x, out.type));
            }};
  });
}

}  // namespace trireme
