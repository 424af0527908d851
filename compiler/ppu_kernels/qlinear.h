// SPDX-License-Identifier: Apache-2.0
// Operators on 8-bit codes as ONNX Runtime fuses them (model/reference/qlinear.h): not groups, so they
// have kernels of their own.
#pragma once

#include "compiler/ppu_kernels/operand.h"

namespace trireme {

// Of a node that is_qlinear(); nothing if there is none for it.
std::optional<PpuKernel> qlinear_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                            RequantRule rule);

// Inside ppu_kernels only: float32 steps of the output -> codes, to the nearest even; `zero_point` is added
// afterwards. The average is in pooling.cpp, with the other pools.
Reg nearest_code(PpuBuilder& b, const PpuOperand& out, const Reg& steps, std::int32_t zero_point);
std::optional<PpuKernel> qlinear_average_pool(const Graph& graph, const Node& node, const Chip& chip);

}  // namespace trireme
