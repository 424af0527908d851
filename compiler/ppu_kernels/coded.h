// SPDX-License-Identifier: Apache-2.0
// Sums of products of 8-bit codes that the array does not take, as integers, requantized by the rule as the
// array would (docs/isa.md §4). Nothing for codes of other types and for weights with several zero points.
#pragma once

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

// A product of two tensors.
std::optional<PpuKernel> coded_matmul_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                                 RequantRule rule, Ties ties);
// A convolution of any kernel, stride and pads.
std::optional<PpuKernel> coded_convolution_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                                      RequantRule rule, Ties ties);

}  // namespace trireme
