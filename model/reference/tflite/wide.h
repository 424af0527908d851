// SPDX-License-Identifier: Apache-2.0
// Operators on 16-bit codes whose algorithm is another than that of 8 bits.
#pragma once

#include <optional>
#include <vector>

#include "model/reference/kernels.h"

namespace trireme::tflite {

// The exponent of a scale that counts as a power of two.
std::optional<int> power_of_two(float scale);

// Inputs of zero point 0; the output has the scale 2^-15 and zero point 0.
std::vector<Tensor> wide_lookup(const KernelCall& call);  // sigmoid, tanh
std::vector<Tensor> wide_softmax(const KernelCall& call);

}  // namespace trireme::tflite
