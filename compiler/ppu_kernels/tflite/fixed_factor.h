// SPDX-License-Identifier: Apache-2.0
// Factors of TensorFlow Lite's integer kernels (numerics.md §3.1).
#pragma once

#include "isa/job.h"
#include "model/quant/quantization.h"

namespace trireme {

// factor = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31); 0 if that takes a shift below -31.
Requantizer q31_multiplier(double factor);

}  // namespace trireme
