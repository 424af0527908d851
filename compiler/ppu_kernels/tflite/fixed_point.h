// SPDX-License-Identifier: Apache-2.0
// Fixed-point arithmetic of TensorFlow Lite's integer kernels as PPU code (numerics.md §3.2).
#pragma once

#include <vector>

#include "compiler/ppu_kernels/builder.h"
#include "compiler/ppu_kernels/fixed_factor.h"

namespace trireme::tflite_ppu {

// How often a product with a factor is rounded on its way to an integer.
enum class Rounding : std::uint8_t {
  twice,  // to 31 bits half up, then half away from zero in the shift
  once,   // half up
};
Rounding rounding_of(RequantRule rule);

// round(x * factor). What leaves 32 bits on the way comes out beyond every 16-bit code, on the right side.
Reg scaled(PpuBuilder& b, const Reg& x, const Requantizer& factor, Rounding rounding);
// x / 2^exponent, half away from zero.
Reg divided_by_power(PpuBuilder& b, const Reg& x, int exponent);
// The same by the number of a register, 0 to 31; `below` has the bits behind the point.
Reg divided_by_power(PpuBuilder& b, const Reg& x, const Reg& exponent, const Reg& below);
Reg low_bits(PpuBuilder& b, const Reg& count);  // 2^count - 1, count 0 to 31
// x * y / 2^(33 + bits), half up, bits 0 to 30.
Reg half_up_of_high(PpuBuilder& b, const Reg& x, const Reg& y, const Reg& bits);
Reg leading_zeros(PpuBuilder& b, const Reg& x);  // x positive

// round(e^-difference) with 31 bits after the point, of difference 0, 1, …, 255 times `factor`, which gives
// numbers with 26 bits after the point; 0 where those leave 32 bits.
std::vector<std::int32_t> exponentials(const Requantizer& factor, Rounding rounding);
// 1 / x of a positive x with 12 bits before the point: value * 2^-31 * 2^-(12 - zeros), value in (2^30,
// 2^31).
struct Reciprocal {
  Reg value, zeros;
};
Reciprocal reciprocal(PpuBuilder& b, const Reg& x);
// 1 / sqrt(x) = value * 2^-31 * 2^-right, right 0 to 12; of 0 as of 1.
struct InverseRoot {
  Reg value, right;
};
InverseRoot inverse_square_root(PpuBuilder& b, const Reg& x);

}  // namespace trireme::tflite_ppu
