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
  PpuBuilder b(chip);
  const std::vector<LaneAddress> at = locate(b, broadcast_space(operands, out.shape));
  std::vector<Reg> in;
  for (std::size_t i = 0; i + 1 < operands.size(); ++i) {
    in.push_back(real ? load_real(b, operands[i], at[i].address, at[i].step)
                      : load_raw(b, operands[i], at[i].address, at[i].step));
  }
  const Reg value = expression(b, node, in);
  out.is_real() ? store_real(b, out, value, at.back().address, at.back().step)
                : store_raw(b, out, value, at.back().address, at.back().step);
  return b.finish(threads_for(out.size()));
}

std::optional<PpuKernel> requantizing_copy(const Graph& graph, const Node& node, const Chip& chip) {
  using namespace ppu;
  PpuBuilder b(chip);
  std::vector<PpuOperand> operands = {input_operand(graph, node, 0), output_operand(graph, node)};
  PpuOperand in = operands[0], out = operands[1];
  if (!is_supported(in, true) || !is_supported(out, true)) return std::nullopt;
  for (const PpuOperand& operand : {in, out}) {
    if (!operand.quantization.per_channel()) continue;
    const Parameters parameters = parameters_of(b, operand);
    operands.insert(operands.end(), {parameters.scale, parameters.zero_point});
  }
  const std::vector<LaneAddress> at = locate(b, broadcast_space(operands, out.shape));
  const auto load = [&](std::size_t i) { return load_raw(b, operands[i], at[i].address, at[i].step); };
  std::size_t next = 2;
  // 1. The input with its channel's parameters: as q - z times s, then as if these were 0 and 1.
  Reg x;
  if (in.quantization.per_channel()) {
    const Reg difference = b.op(PpuOpcode::isub, load(0), load(next + 1));
    x = mul(b, b.op(PpuOpcode::i2f, difference), load(next));
    next += 2;
  } else {
    x = load_real(b, in, at[0].address, at[0].step);
  }
  // 2. The output: x / s + z with s = 1, z = 0 for what is clamped, in wide integers, then the channel's z.
  if (!out.quantization.per_channel()) {
    store_real(b, out, x, at[1].address, at[1].step);
    return b.finish(threads_for(out.size()));
  }
  const bool is_signed = out.type == DataType::int8 || out.type == DataType::int16;
  const std::int64_t span = std::int64_t{1} << (8 * bytes_of(out.type));
  const std::int64_t low = is_signed ? -span / 2 : 0, high = low + span - 1;
  const Reg zero_point = load(next + 1);
  Reg code = b.op(PpuOpcode::f2i, div(b, x, load(next)));
  code = b.op(PpuOpcode::imax, code, b.op(PpuOpcode::isub, b.whole(low), zero_point));
  code = b.op(PpuOpcode::imin, code, b.op(PpuOpcode::isub, b.whole(high), zero_point));
  store_raw(b, out, iadd(b, code, zero_point), at[1].address, at[1].step);
  return b.finish(threads_for(out.size()));
}

}  // namespace trireme
