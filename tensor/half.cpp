// SPDX-License-Identifier: Apache-2.0
// binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits; bfloat16: the upper half of a binary32.
// IEEE 754-2019, sections 3.4 and 4.3.1. NaN payloads pass through, so that every pattern round-trips.
#include "tensor/half.h"

#include <cstring>

namespace trireme {

namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// value / 2^shift to nearest, ties to even; 1 <= shift <= 31.
std::uint32_t shift_right_rounding(std::uint32_t value, int shift) {
  const std::uint32_t quotient = value >> shift;
  const std::uint32_t rest = value & ((1U << shift) - 1);
  const std::uint32_t half = 1U << (shift - 1);
  return quotient + (rest > half || (rest == half && (quotient & 1) != 0) ? 1 : 0);
}

constexpr std::uint32_t float_infinity = 0x7F800000;
constexpr std::uint32_t half_infinity = 0x7C00;

// Magnitude bits of a finite float or infinity to those of a half.
std::uint32_t round_to_half(std::uint32_t magnitude) {
  const int exponent = static_cast<int>(magnitude >> 23) - 127;
  if (exponent > 15) return half_infinity;
  if (exponent < -25) return 0;  // below half of the smallest subnormal, 2^-24
  const std::uint32_t fraction = (magnitude & 0x7FFFFF) | 0x800000;
  // Subnormal: in units of 2^-24. A carry out of the fraction gives the next exponent by itself, up to
  // infinity.
  if (exponent < -14) return shift_right_rounding(fraction, -1 - exponent);
  const std::uint32_t rebased = magnitude - ((127U - 15U) << 23);
  return shift_right_rounding(rebased, 13);
}

}  // namespace

std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > float_infinity) {
    const std::uint32_t payload = magnitude >> 13 & 0x3FF;
    // A payload that does not fit becomes the quiet NaN: all zeros would mean infinity.
    return static_cast<std::uint16_t>(sign | half_infinity | (payload != 0 ? payload : 0x200));
  }
  return static_cast<std::uint16_t>(sign | round_to_half(magnitude));
}

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1F;
  const std::uint32_t fraction = bits & 0x3FF;
  if (exponent == 0x1F) return float_of(sign | float_infinity | fraction << 13);
  if (exponent != 0) return float_of(sign | (exponent + 127 - 15) << 23 | fraction << 13);
  // Subnormal: fraction * 2^-24, exact in binary32.
  const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  return float_of(sign | bits_of(magnitude));
}

std::uint16_t float_to_bfloat16(float value) {
  const std::uint32_t bits = bits_of(value);
  if ((bits & 0x7FFFFFFF) > float_infinity) {
    const std::uint32_t upper = bits >> 16;
    return static_cast<std::uint16_t>((upper & 0x7F) != 0 ? upper : upper | 0x40);
  }
  return static_cast<std::uint16_t>(shift_right_rounding(bits, 16));
}

float bfloat16_to_float(std::uint16_t bits) { return float_of(static_cast<std::uint32_t>(bits) << 16); }

}  // namespace trireme
