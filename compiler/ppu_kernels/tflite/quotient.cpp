// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/tflite/quotient.h"

#include "compiler/ppu_kernels/math.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

// -x where `sign` is -1, x where it is 0.
Reg with_sign(PpuBuilder& b, const Reg& x, const Reg& sign) {
  return b.op(PpuOpcode::isub, b.op(PpuOpcode::ixor, x, sign), sign);
}

// Copies of the sign bit beside the sign bit itself.
Reg leading_sign_bits(PpuBuilder& b, const Reg& x) {
  const Reg one = b.whole(1);
  const Reg magnitude = b.op(PpuOpcode::ixor, x, b.op(PpuOpcode::sar, x, b.whole(31)));
  return leading_zeros(b, b.op(PpuOpcode::ior, b.op(PpuOpcode::shl, magnitude, one), one));
}

// x / 2^right, half away from zero, as TensorFlow Lite's build for x86 has it: the shift counts modulo 32,
// the bits behind the point modulo 64, cut to 32 of them. Quotients far below one become noise so.
Reg divided_as_x86(PpuBuilder& b, const Reg& x, const Reg& right) {
  const Reg beyond_32 =  // all bits, if bit 5 is set
      b.op(PpuOpcode::sar, b.op(PpuOpcode::shl, right, b.whole(26)), b.whole(31));
  return divided_by_power(b, x, right, b.op(PpuOpcode::ior, low_bits(b, right), beyond_32));
}

// x * multiplier / 2^(31 + right), half up. Of less than 33 bits behind the point even 33 leave more than a
// code has; all beyond 63 leave nothing.
Reg divided_once(PpuBuilder& b, const Reg& x, const Reg& multiplier, const Reg& right) {
  const Reg bits = b.op(PpuOpcode::imax, iadd(b, right, b.whole(-2)), b.whole(0));
  return half_up_of_high(b, x, multiplier, b.op(PpuOpcode::imin, bits, b.whole(30)));
}

}  // namespace

// 1. The divisor's sign goes to the dividend. 2. The dividend with all its leading sign bits used, times the
// reciprocal. 3. The factor, and all powers of two at once.
Reg quotient(PpuBuilder& b, const Reg& x, const Reg& y, const Requantizer& factor, Rounding rounding) {
  const Reg sign = b.op(PpuOpcode::sar, y, b.whole(31));
  const Reg dividend = with_sign(b, x, sign);
  const Reciprocal inverse = reciprocal(b, b.op(PpuOpcode::imax, with_sign(b, y, sign), b.whole(1)));
  const Reg headroom = leading_sign_bits(b, dividend);
  const Reg fine = b.op(PpuOpcode::imulrh, b.op(PpuOpcode::shl, dividend, headroom), inverse.value);
  const Reg right = iadd(b, b.op(PpuOpcode::isub, headroom, inverse.zeros), b.whole(31 - factor.shift));
  const Reg multiplier = b.whole(factor.multiplier);
  const Reg steps = rounding == Rounding::once
                        ? divided_once(b, fine, multiplier, right)
                        : divided_as_x86(b, b.op(PpuOpcode::imulrh, fine, multiplier), right);
  const Reg zero = b.whole(0);
  return choose(b, PpuOpcode::ieq, y, zero, b.op(PpuOpcode::shl, x, b.whole(15)), steps);
}

}  // namespace trireme::tflite_ppu
