// SPDX-License-Identifier: Apache-2.0
// The rules of numerics.md §3.1 and §3.2 and of hardware.md §2.5 as they are written there, in integers
// alone: every float32 and double of a formula is a fraction n / 2^shift here, rounded by hand. Nothing is
// shared with model/reference, sim/ or compiler/.
#pragma once

#include <cstdint>
#include <cstring>

#include "model/quant/quantization.h"

namespace trireme::formula {

__extension__ typedef __int128 Wide;

inline Wide floor_div(Wide a, Wide b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

// n / 2^shift
struct Fraction {
  Wide n;
  int shift;
};

// numerator / denominator / 2^shift, both positive, to `bits` significant bits, half to even; no unit is
// finer than 2^-finest.
inline Fraction rounded_to(int bits, int finest, Wide numerator, Wide denominator, int shift) {
  while (numerator / denominator >= Wide{1} << bits) denominator *= 2, --shift;
  while (numerator / denominator < Wide{1} << (bits - 1)) numerator *= 2, ++shift;
  while (shift > finest) {
    if (denominator > 4 * numerator) return {0, 0};  // below a quarter of the unit
    denominator *= 2, --shift;
  }
  const Wide down = numerator / denominator, rest = 2 * (numerator % denominator);
  const bool up = rest > denominator || (rest == denominator && down % 2 != 0);
  return {down + (up ? 1 : 0), shift};
}

inline Fraction float32(Wide numerator, Wide denominator, int shift) {
  return numerator == 0 ? Fraction{0, 0} : rounded_to(24, 149, numerator, denominator, shift);
}
inline Fraction float64(Wide numerator, Wide denominator, int shift) {
  return rounded_to(53, 1074, numerator, denominator, shift);
}

// Of a positive float32, from its bits.
inline Fraction fraction_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const auto exponent = static_cast<int>(bits >> 23 & 0xFF);
  const Wide mantissa = bits & 0x7FFFFF;
  return exponent == 0 ? Fraction{mantissa, 149} : Fraction{mantissa + (1 << 23), 150 - exponent};
}

inline std::int64_t saturated(Wide value) {
  constexpr Wide low = -(Wide{1} << 31), high = (Wide{1} << 31) - 1;
  return static_cast<std::int64_t>(value < low ? low : value > high ? high : value);
}

// To an integer, by the definition of each tie direction.
inline Wide rounded(Wide n, int shift, Ties ties) {
  while (shift < 0) n *= 2, ++shift;
  // Keeps 2^shift in range: far below a half, any fraction that is not zero rounds alike.
  while (shift > 100) n = floor_div(n, 2) | (n % 2 != 0 ? 1 : 0), --shift;
  const Wide one = Wide{1} << shift;
  const Wide down = floor_div(n, one), rest = 2 * (n - down * one);  // compared with one
  if (rest != one) return rest > one ? down + 1 : down;
  if (ties == Ties::half_up) return down + 1;
  if (ties == Ties::half_away) return n > 0 ? down + 1 : down;
  return down % 2 != 0 ? down + 1 : down;
}

// The scales of a layer; `weight` is 1 for one without weights.
struct Scales {
  float input, weight, output;
  bool product_in_float32;  // numerics.md §3.1: uint8 convolutions and every dense layer
};

// m = float32(float32(sx * sw) / sy)
inline Fraction multiplier32(const Scales& s) {
  const Fraction x = fraction_of(s.input), w = fraction_of(s.weight), y = fraction_of(s.output);
  const Fraction product = float32(x.n * w.n, 1, x.shift + w.shift);
  return float32(product.n, y.n, product.shift - y.shift);
}

// q * 2^(s - 31): frexp of d, its mantissa rounded to 31 bits, half away from zero.
struct Q31 {
  Wide q;
  int s;
};
inline Q31 multiplier31(const Scales& scales) {
  const Fraction x = fraction_of(scales.input), w = fraction_of(scales.weight),
                 y = fraction_of(scales.output);
  const int shift = x.shift + w.shift;
  const Fraction product =
      scales.product_in_float32 ? float32(x.n * w.n, 1, shift) : Fraction{x.n * w.n, shift};
  const Fraction d = float64(product.n, y.n, product.shift - y.shift);
  // d = n / 2^shift with n in [2^52, 2^53]: mantissa n / 2^53, exponent 53 - shift.
  Wide n = d.n;
  int s = 53 - d.shift;
  if (n == Wide{1} << 53) n /= 2, ++s;
  Wide q = rounded(n, 22, Ties::half_away);
  if (q == Wide{1} << 31) q /= 2, ++s;
  return s < -31 ? Q31{0, 0} : Q31{q, s};
}

enum class Kernel : std::uint8_t { ruy, gemmlowp };  // rule tflite: convolution and dense, or anything else

// One layer's rule, ready for accumulators.
class Rule {
 public:
  Rule(RequantRule rule, Ties ties, Kernel kernel, const Scales& scales)
      : rule_(rule), ties_(ties), kernel_(kernel), m_(multiplier32(scales)), q_(multiplier31(scales)) {
    // hardware.md §2.5: the mantissa with its leading one. to 24 bits even where rounding gave 2^24.
    if (m_.n == Wide{1} << 24) m_.n /= 2, --m_.shift;
  }

  std::int64_t operator()(std::int32_t acc) const {
    switch (rule_) {
      case RequantRule::vip8:  // (2^23 + M) / 2^(150 - e)
        return saturated(rounded(acc * m_.n, m_.shift, ties_));
      case RequantRule::vip7:  // (2^15 + (M >> 8)) / 2^(142 - e)
        return saturated(rounded(acc * (m_.n >> 8), m_.shift - 8, ties_));
      case RequantRule::vipf:
      case RequantRule::onnx: {
        const Fraction a = float32(acc < 0 ? -Wide{acc} : Wide{acc}, 1, 0);
        const Fraction product = float32(a.n * m_.n, 1, a.shift + m_.shift);
        const Ties ties = rule_ == RequantRule::onnx ? Ties::half_even : ties_;
        return saturated(rounded(acc < 0 ? -product.n : product.n, product.shift, ties));
      }
      case RequantRule::tflm_single:  // (acc q + 2^(30-s)) >> (31-s)
        return saturated(floor_div(acc * q_.q + (Wide{1} << (30 - q_.s)), Wide{1} << (31 - q_.s)));
      case RequantRule::tflite:
      case RequantRule::tflm:
        break;
    }
    const int left = q_.s > 0 ? q_.s : 0, right = q_.s < 0 ? -q_.s : 0;
    const Wide ab = acc * (Wide{1} << left) * q_.q, half = Wide{1} << 30;
    if (rule_ == RequantRule::tflite && kernel_ == Kernel::ruy) {
      const Wide hi = floor_div(ab + half, Wide{1} << 31);
      return saturated(floor_div(hi + ((Wide{1} << right) >> 1), Wide{1} << right));
    }
    const Wide hi = (ab + (ab >= 0 ? half : 1 - half)) / (Wide{1} << 31);  // towards zero
    const Wide mask = (Wide{1} << right) - 1;
    return saturated((hi >> right) + ((hi & mask) > (mask >> 1) + (hi < 0 ? 1 : 0) ? 1 : 0));
  }

 private:
  RequantRule rule_;
  Ties ties_;
  Kernel kernel_;
  Fraction m_;
  Q31 q_;
};

}  // namespace trireme::formula
