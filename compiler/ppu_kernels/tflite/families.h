// SPDX-License-Identifier: Apache-2.0
// Inside tflite only: the kernels, joined in kernel.cpp. Operands are 8-bit or 16-bit codes of one scale.
#pragma once

#include "compiler/ppu_kernels/operand.h"

namespace trireme::tflite_ppu {

struct Call {
  const Graph& graph;
  const Node& node;
  const Chip& chip;
  RequantRule rule;

  PpuOperand in(std::size_t index) const { return input_operand(graph, node, index); }
  PpuOperand out() const { return output_operand(graph, node); }
};
using Kernel = std::optional<PpuKernel> (*)(const Call& call);

std::optional<PpuKernel> sum_of_codes(const Call& call);
std::optional<PpuKernel> difference_of_codes(const Call& call);
std::optional<PpuKernel> product_of_codes(const Call& call);
std::optional<PpuKernel> quotient_of_codes(const Call& call);
std::optional<PpuKernel> squared_difference(const Call& call);
std::optional<PpuKernel> prelu(const Call& call);
std::optional<PpuKernel> comparison(const Call& call);  // gives truth values
std::optional<PpuKernel> softmax(const Call& call);
std::optional<PpuKernel> wide_softmax(const Call& call);
std::optional<PpuKernel> l2_normalize(const Call& call);
std::optional<PpuKernel> reduce(const Call& call);
std::optional<PpuKernel> resize(const Call& call);
std::optional<PpuKernel> concat(const Call& call);
std::optional<PpuKernel> quantize(const Call& call);  // of float32

inline AffineCodes codes_of(const PpuOperand& operand) { return affine_codes(operand.quantization); }
inline bool coded_alike(const PpuOperand& a, const PpuOperand& b) {
  const AffineCodes x = codes_of(a), y = codes_of(b);
  return a.type == b.type && x.scale == y.scale && x.zero_point == y.zero_point;
}
// The nearest integer, halves away from zero.
Reg nearest_away(PpuBuilder& b, const Reg& x);

}  // namespace trireme::tflite_ppu
