// SPDX-License-Identifier: Apache-2.0
// Factors of integer kernels: TensorFlow Lite's (numerics.md §3.1), the chips' (hardware.md §2.5).
#pragma once

#include "isa/job.h"
#include "model/quant/quantization.h"

namespace trireme {

// factor = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31); 0 if that takes a shift below -31.
Requantizer q31_multiplier(double factor);
// factor = multiplier / 2^shift: the float's mantissa with its leading one, kept to `bits` bits after it.
Requantizer mantissa_multiplier(float factor, int bits);

}  // namespace trireme
