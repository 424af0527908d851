// SPDX-License-Identifier: Apache-2.0
// Kernels that compute every element of the output from the corresponding elements of the inputs.
#pragma once

#include "compiler/ppu_kernels/elements.h"

namespace trireme {

// Elements of the inputs in one register each -> element of the output. Real: float32; whole: int32.
using PpuExpression = Reg (*)(PpuBuilder& b, const Node& node, const std::vector<Reg>& in);

struct PpuMap {
  std::string op;
  PpuExpression real = nullptr, whole = nullptr;  // null: not for such inputs
  bool predicate = false;                         // the result is 0 or 1 as an integer
};

// All inputs of the node, broadcast to the output's shape, through the map's expression.
std::optional<PpuKernel> map_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                    const PpuMap& map);

// out[i] = in[i]: from the input's parameters to the output's, either of them one a channel.
std::optional<PpuKernel> requantizing_copy(const Graph& graph, const Node& node, const Chip& chip);

}  // namespace trireme
