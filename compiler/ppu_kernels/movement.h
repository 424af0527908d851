// SPDX-License-Identifier: Apache-2.0
// Copies between strided boxes whose elements change on the way.
#pragma once

#include "compiler/ppu_kernels/operand.h"

namespace trireme {

// An element as `in` stores it -> as `out` does.
using PpuElementChange = Reg (*)(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out, const Reg& raw);

// Each input to its part of the output.
std::optional<PpuKernel> concat_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                       PpuElementChange change);

}  // namespace trireme
