// SPDX-License-Identifier: Apache-2.0
// Functions of float32 as PPU code. Polynomials were fitted by Chebyshev interpolation over the reduced
// interval and checked against double precision; the error each leaves is named where it stands.
#pragma once

#include <initializer_list>

#include "compiler/ppu_kernels/builder.h"

namespace trireme::ppu {

// Short spellings for what kernels write all the time.
inline Reg add(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fadd, x, y); }
inline Reg sub(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fsub, x, y); }
inline Reg mul(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fmul, x, y); }
inline Reg div(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fdiv, x, y); }
inline Reg iadd(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::iadd, x, y); }
inline Reg imul(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::imul, x, y); }

// Larger and smaller; NaN if y is NaN, y if x is.
Reg larger(PpuBuilder& b, const Reg& x, const Reg& y);
Reg smaller(PpuBuilder& b, const Reg& x, const Reg& y);
Reg abs(PpuBuilder& b, const Reg& x);
Reg negate(PpuBuilder& b, const Reg& x);
Reg with_sign_of(PpuBuilder& b, const Reg& magnitude, const Reg& sign);
// test ? yes : no, for a float comparison x opcode y.
Reg choose(PpuBuilder& b, PpuOpcode test, const Reg& x, const Reg& y, const Reg& yes, const Reg& no);
// c[0] + c[1] x + c[2] x^2 + …
Reg polynomial(PpuBuilder& b, const Reg& x, std::initializer_list<float> coefficients);

Reg exp(PpuBuilder& b, const Reg& x);
Reg expm1(PpuBuilder& b, const Reg& x);
Reg log(PpuBuilder& b, const Reg& x);
Reg log1p(PpuBuilder& b, const Reg& x);  // x > -1
Reg pow(PpuBuilder& b, const Reg& x, const Reg& y);
Reg sigmoid(PpuBuilder& b, const Reg& x);
Reg tanh(PpuBuilder& b, const Reg& x);
Reg softplus(PpuBuilder& b, const Reg& x);
Reg erf(PpuBuilder& b, const Reg& x);
// Up to |x| about 4000 at full accuracy; beyond, the reduction to a quarter turn loses bits.
Reg sin(PpuBuilder& b, const Reg& x);
Reg cos(PpuBuilder& b, const Reg& x);
Reg atan(PpuBuilder& b, const Reg& x);
Reg trunc(PpuBuilder& b, const Reg& x);

}  // namespace trireme::ppu
