// SPDX-License-Identifier: Apache-2.0
// Fixed-point numbers as TensorFlow Lite's integer kernels use them (numerics.md §3.1, §3.2).
#pragma once

#include <cstdint>

#include "model/quant/quantization.h"

namespace trireme {

// A positive factor as multiplier * 2^(shift - 31), multiplier in [2^30, 2^31); or 0.
struct FixedFactor {
  std::int64_t multiplier = 0;
  int shift = 0;
};
FixedFactor fixed_factor(double factor);

// How a product with a factor becomes an integer again.
enum class FixedRounding : std::uint8_t {
  gemmlowp,  // to 31 bits half up, then half away from zero in the shift
  half_up,   // half up in both steps: the x86 matrix product behind CONV_2D and FULLY_CONNECTED
  single,    // one step, half up
  narrow,    // 16-bit multiplier, one step, half up: 64-bit sums of int16 data, whatever the runtime
};
// Saturates to int32.
std::int32_t multiply(std::int64_t x, const FixedFactor& factor, FixedRounding rounding);

FixedRounding elementwise_rounding(RequantRule);  // of every kernel but the matrix product

// The primitives: round(a * b / 2^31), ties up, saturated; and x / 2^exponent, ties away from zero.
std::int32_t high_product(std::int32_t a, std::int32_t b);
std::int32_t divide_by_power(std::int32_t x, int exponent);

// Functions of fixed-point numbers of `bits` bits beside the sign (31 or 15), `integer_bits` of them before
// the point. Results have none before it.
std::int32_t exponential_of_negative(std::int32_t x, int integer_bits, int bits = 31);  // e^x for x <= 0
std::int32_t reciprocal_of_one_plus(std::int32_t x, int bits = 31);  // 1 / (1 + x), x in [0, 1)
std::int32_t fixed_sigmoid(std::int32_t x, int integer_bits, int bits = 31);
std::int32_t fixed_tanh(std::int32_t x, int integer_bits, int bits = 31);

// 1 / sqrt(x) of an integer, as a factor whose multiplier is not normalised; of 0 as of 1.
FixedFactor inverse_square_root(std::int32_t x);

}  // namespace trireme
