// SPDX-License-Identifier: Apache-2.0
// Inside sim/nne only: the sum of two tensors of codes.
#pragma once

#include "sim/nne/convolve.h"

namespace trireme {

// Under a float rule of the chips the three scales are float32: dequantize, add, divide, to the nearest even.
// Under rule onnx they are two ratios of scales and what all zero points add up to, for fused
// multiply-additions of the codes as they are (docs/isa.md). Under TensorFlow Lite's rules they are
// multipliers: both inputs are scaled to a common factor with 20 more bits, then the sum to the output
// (numerics.md §3.2, §4).
Bytes add(const NneJob& job, const NneOperands& operands);

}  // namespace trireme
