// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/math.h"

#include <limits>

namespace trireme::ppu {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLn2High = 0x1.62e4p-1F;  // 15 bits: times an integer below 2^9 it is exact
constexpr float kLn2Low = 0x1.7f7d1cp-20F;

// 2^k for an integer -127 < k < 128.
Reg power_of_two(PpuBuilder& b, const Reg& k) {
  return b.op(PpuOpcode::shl, iadd(b, k, b.whole(127)), b.whole(23));
}

// x = k ln 2 + r, |r| <= 0.3466: k as an integer and r.
struct Reduced {
  Reg k, r;
};
Reduced reduced_exponent(PpuBuilder& b, const Reg& x) {
  const Reg k = b.op(PpuOpcode::frne, mul(b, x, b.real(0x1.715476p+0F)));
  const Reg r = sub(b, sub(b, x, mul(b, k, b.real(kLn2High))), mul(b, k, b.real(kLn2Low)));
  return {b.op(PpuOpcode::f2i, k), r};
}

// (e^r - 1 - r) / r^2 on [-0.36, 0.36], error 8e-8.
Reg exponential_tail(PpuBuilder& b, const Reg& r) {
  return polynomial(b, r, {0.5F, 0x1.5554cap-3F, 0x1.5554d8p-5F, 0x1.121f36p-7F, 0x1.6d5adcp-10F});
}

// Quarter turns: x = n pi/2 + r, |r| <= pi/4. pi/2 in four parts of 11 bits and the rest, so that n times a
// part is exact for n below 2^13.
struct Turned {
  Reg quarter, r;
};
Turned quarter_turns(PpuBuilder& b, const Reg& x) {
  const Reg n = b.op(PpuOpcode::frne, mul(b, x, b.real(0x1.45f306p-1F)));
  Reg r = x;
  for (const float part : {0x1.92p+0F, 0x1.fb4p-12F, 0x1.444p-24F, 0x1.68c234p-39F})
    r = sub(b, r, mul(b, n, b.real(part)));
  return {b.op(PpuOpcode::f2i, n), r};
}

// sin(x + shift quarter turns): of r the sine or the cosine, by the parity of the quarter, with its sign.
Reg sine(PpuBuilder& b, const Reg& x, std::int64_t shift) {
  const Turned turned = quarter_turns(b, x);
  const Reg quarter = shift == 0 ? turned.quarter : iadd(b, turned.quarter, b.whole(shift));
  const Reg z = mul(b, turned.r, turned.r);
  // (sin r / r - 1) / r^2, error 2e-8; (cos r - 1 + r^2/2) / r^4, error 2e-9
  const Reg s = polynomial(b, z, {-0x1.555552p-3F, 0x1.110c1cp-7F, -0x1.9ac31cp-13F});
  const Reg c = polynomial(b, z, {0x1.555554p-5F, -0x1.6c12cap-10F, 0x1.9bd34ap-16F});
  const Reg sine = add(b, turned.r, mul(b, turned.r, mul(b, z, s)));
  const Reg cosine = add(b, sub(b, b.real(1), mul(b, b.real(0.5F), z)), mul(b, mul(b, z, z), c));
  const Reg one = b.whole(1);
  b.test(PpuOpcode::ieq, b.op(PpuOpcode::iand, quarter, one), one);
  const Reg value = b.select(cosine, sine);
  const Reg sign = b.op(PpuOpcode::shl, b.op(PpuOpcode::iand, quarter, b.whole(2)), b.whole(30));
  return b.op(PpuOpcode::ixor, value, sign);
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); k as float, s = f / (2 + f). Subnormals are scaled up
// first.
struct Fraction {
  Reg k, s;
};
Fraction split(PpuBuilder& b, const Reg& x) {
  b.test(PpuOpcode::flt, x, b.bits(0x00800000));
  const Reg scaled = b.select(mul(b, x, b.real(8388608)), x);
  const Reg scale = b.select(b.whole(-23), b.whole(0));
  const Reg above = b.op(PpuOpcode::isub, scaled, b.bits(0x3F3504F3));  // sqrt(1/2)
  const Reg e = b.op(PpuOpcode::sar, above, b.whole(23));
  const Reg m = b.op(PpuOpcode::isub, scaled, b.op(PpuOpcode::shl, e, b.whole(23)));
  const Reg f = sub(b, m, b.real(1));
  return {b.op(PpuOpcode::i2f, iadd(b, e, scale)), div(b, f, add(b, f, b.real(2)))};
}

// log(1 + f) = 2 atanh(s) by its series in s^2: the error of (atanh(s)/s - 1) / s^2 is 6e-10.
Reg log_of(PpuBuilder& b, const Fraction& x) {
  const Reg z = mul(b, x.s, x.s), twice = add(b, x.s, x.s);
  const Reg tail =
      mul(b, z, polynomial(b, z, {0x1.555556p-2F, 0x1.9999ecp-3F, 0x1.245c1cp-3F, 0x1.ddd62cp-4F}));
  const Reg low = add(b, mul(b, twice, tail), mul(b, x.k, b.real(kLn2Low)));
  return add(b, mul(b, x.k, b.real(kLn2High)), add(b, twice, low));
}

}  // namespace

Reg larger(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fmax, x, y); }
Reg smaller(PpuBuilder& b, const Reg& x, const Reg& y) { return b.op(PpuOpcode::fmin, x, y); }
Reg abs(PpuBuilder& b, const Reg& x) { return b.op(PpuOpcode::iand, x, b.bits(0x7FFFFFFF)); }
Reg negate(PpuBuilder& b, const Reg& x) { return b.op(PpuOpcode::ixor, x, b.bits(0x80000000)); }

Reg with_sign_of(PpuBuilder& b, const Reg& magnitude, const Reg& sign) {
  return b.op(PpuOpcode::ior, magnitude, b.op(PpuOpcode::iand, sign, b.bits(0x80000000)));
}

Reg choose(PpuBuilder& b, PpuOpcode test, const Reg& x, const Reg& y, const Reg& yes, const Reg& no) {
  b.test(test, x, y);
  return b.select(yes, no);
}

// Horner's rule; each step rounds the product and the sum.
Reg polynomial(PpuBuilder& b, const Reg& x, std::initializer_list<float> coefficients) {
  Reg sum = b.real(*(coefficients.end() - 1));
  for (const float* c = coefficients.end() - 1; c-- != coefficients.begin();)
    sum = add(b, mul(b, sum, x), b.real(*c));
  return sum;
}

// e^x = 2^k e^r; 2^k in two steps, so that results beyond and below the normal range come out rounded. The
// clamp keeps both steps in range: e^-104.5 rounds to 0, e^89 to infinity. NaN passes: it is the second
// operand.
Reg exp(PpuBuilder& b, const Reg& x) {
  const Reg clamped = larger(b, b.real(-104.5F), smaller(b, b.real(89), x));
  const Reduced reduced = reduced_exponent(b, clamped);
  const Reg& r = reduced.r;
  const Reg tail = mul(b, mul(b, r, r), exponential_tail(b, r));
  const Reg mantissa = add(b, b.real(1), add(b, r, tail));
  const Reg half = b.op(PpuOpcode::sar, reduced.k, b.whole(1));
  const Reg rest = b.op(PpuOpcode::isub, reduced.k, half);
  return mul(b, mul(b, mantissa, power_of_two(b, half)), power_of_two(b, rest));
}

// Below 0.35 the series itself; above, nothing is lost by taking 1 away.
Reg expm1(PpuBuilder& b, const Reg& x) {
  const Reg small = add(b, x, mul(b, mul(b, x, x), exponential_tail(b, x)));
  const Reg large = sub(b, exp(b, x), b.real(1));
  return choose(b, PpuOpcode::flt, abs(b, x), b.real(0.35F), small, large);
}

Reg log(PpuBuilder& b, const Reg& x) {
  const Fraction fraction = split(b, x);
  Reg result = log_of(b, fraction);
  result = choose(b, PpuOpcode::flt, x, b.real(kInfinity), result, x);  // infinity and NaN stay
  result = choose(b, PpuOpcode::flt, x, b.real(0), b.bits(0x7FC00000), result);
  return choose(b, PpuOpcode::feq, x, b.real(0), b.real(-kInfinity), result);
}

// log(u) x / (u - 1) with u = 1 + x as rounded: both errors of u cancel (Goldberg 1991, theorem 4).
Reg log1p(PpuBuilder& b, const Reg& x) {
  const Reg u = add(b, x, b.real(1));
  const Reg d = sub(b, u, b.real(1));
  const Reg corrected = mul(b, log(b, u), div(b, x, d));
  const Reg result = choose(b, PpuOpcode::feq, d, b.real(0), x, corrected);
  return choose(b, PpuOpcode::flt, u, b.real(kInfinity), result, u);
}

// |x|^y = e^(y log|x|); negative x: NaN unless y is an integer, the sign by its parity. The relative error
// grows with y log|x|, to 5e-6 at the end of the range. 1^y and x^0 are 1.
Reg pow(PpuBuilder& b, const Reg& x, const Reg& y) {
  const Reg magnitude = exp(b, mul(b, y, log(b, abs(b, x))));
  const Reg floor = b.op(PpuOpcode::ffloor, y);
  const Reg half = mul(b, y, b.real(0.5F));
  const Reg even = b.op(PpuOpcode::ffloor, half);
  // y an odd integer: floor(y) = y and floor(y/2) != y/2
  b.test(PpuOpcode::feq, even, half);
  b.invert();
  b.test(PpuOpcode::feq, floor, y, true);
  const Reg odd = b.select(with_sign_of(b, magnitude, x), magnitude);
  b.test(PpuOpcode::feq, floor, y);
  b.invert();
  b.test(PpuOpcode::flt, x, b.real(0), true);
  Reg result = b.select(b.bits(0x7FC00000), odd);
  result = choose(b, PpuOpcode::feq, x, b.real(1), b.real(1), result);
  return choose(b, PpuOpcode::feq, y, b.real(0), b.real(1), result);
}

Reg sigmoid(PpuBuilder& b, const Reg& x) {
  return b.op(PpuOpcode::frcp, add(b, b.real(1), exp(b, negate(b, x))));
}

// With t = e^2|x| - 1: t / (t + 2). From 10 on it is 1 in float32.
Reg tanh(PpuBuilder& b, const Reg& x) {
  const Reg magnitude = smaller(b, b.real(10), abs(b, x));
  const Reg t = expm1(b, add(b, magnitude, magnitude));
  return with_sign_of(b, div(b, t, add(b, t, b.real(2))), x);
}

// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|)
Reg softplus(PpuBuilder& b, const Reg& x) {
  const Reg rest = log1p(b, exp(b, b.op(PpuOpcode::ior, x, b.bits(0x80000000))));
  return add(b, larger(b, b.real(0), x), rest);
}

// Below 1: x P(x^2), error of P 1.2e-9. Above: 1 - e^Q(|x|), where Q is log erfc on [1, 4], error 1.3e-8;
// from 4 on erf is 1 in float32.
Reg erf(PpuBuilder& b, const Reg& x) {
  const Reg magnitude = smaller(b, b.real(4), abs(b, x));
  const Reg tail =
      polynomial(b, magnitude,
                 {0x1.3df11ep-12F, -0x1.21529ap+0F, -0x1.438d42p-1F, -0x1.c2788cp-4F, 0x1.aff5a4p-6F,
                  -0x1.36a7bcp-8F, 0x1.36c82ep-11F, -0x1.7e711ep-15F, 0x1.b14578p-20F});
  const Reg large = with_sign_of(b, sub(b, b.real(1), exp(b, tail)), x);
  const Reg small = mul(b, x,
                        polynomial(b, mul(b, x, x),
                                   {0x1.20dd74p+0F, -0x1.81273ep-2F, 0x1.ce2d18p-4F, -0x1.b7fb38p-6F,
                                    0x1.541636p-8F, -0x1.a46b4p-11F, 0x1.4a9dacp-14F}));
  return choose(b, PpuOpcode::flt, magnitude, b.real(1), small, large);
}

Reg sin(PpuBuilder& b, const Reg& x) { return sine(b, x, 0); }
Reg cos(PpuBuilder& b, const Reg& x) { return sine(b, x, 1); }

// |x| > 1: pi/2 - atan(1/|x|); then above tan(pi/8): pi/4 + atan((z - 1) / (z + 1)). The rest is
// z + z^3 P(z^2), error of P 1.5e-8.
Reg atan(PpuBuilder& b, const Reg& x) {
  const Reg one = b.real(1);
  const Reg magnitude = abs(b, x);
  const Reg z = choose(b, PpuOpcode::flt, one, magnitude, b.op(PpuOpcode::frcp, magnitude), magnitude);
  b.test(PpuOpcode::flt, b.real(0x1.a8279ap-2F), z);
  const Reg y = b.select(div(b, sub(b, z, one), add(b, z, one)), z);
  const Reg start = b.select(b.real(0x1.921fb6p-1F), b.real(0));
  const Reg w = mul(b, y, y);
  const Reg p =
      polynomial(b, w, {-0x1.555554p-2F, 0x1.99973cp-3F, -0x1.24215cp-3F, 0x1.b8248cp-4F, -0x1.087da4p-4F});
  const Reg value = add(b, start, add(b, y, mul(b, y, mul(b, w, p))));
  const Reg turned = sub(b, b.real(0x1.921fb6p+0F), value);
  return with_sign_of(b, choose(b, PpuOpcode::flt, one, magnitude, turned, value), x);
}

Reg trunc(PpuBuilder& b, const Reg& x) { return with_sign_of(b, b.op(PpuOpcode::ffloor, abs(b, x)), x); }

}  // namespace trireme::ppu
