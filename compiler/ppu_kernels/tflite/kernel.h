// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/ppu_kernels/kernel.h"

namespace trireme {

// Of a node on codes that TensorFlow Lite computes neither as a group (dequantize, float32, quantize) nor on
// another engine; nothing if there is none for it.
std::optional<PpuKernel> tflite_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                           RequantRule rule);

}  // namespace trireme
