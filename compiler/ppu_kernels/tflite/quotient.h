// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/ppu_kernels/tflite/fixed_point.h"

namespace trireme::tflite_ppu {

// round(x / y * factor) of x and y within 17 bits. Divided by 0, which TensorFlow Lite refuses and a program
// cannot, x gives a number beyond every code of 16 bits with the sign of x; 0 / 0 is 0.
Reg quotient(PpuBuilder& b, const Reg& x, const Reg& y, const Requantizer& factor, Rounding rounding);

}  // namespace trireme::tflite_ppu
