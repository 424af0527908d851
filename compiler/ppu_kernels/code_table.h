// SPDX-License-Identifier: Apache-2.0
// Functions of one code as a table that holds the result for every code there is: exact whatever the rule,
// and what the tensor processor's tables of 256 do, for 16 bits too. 128 KiB from 16 bits to 16 bits.
#pragma once

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

// Nothing for operators that are no function of one code.
std::optional<PpuKernel> code_table_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                               RequantRule rule, Ties ties);

}  // namespace trireme
