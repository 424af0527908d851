// SPDX-License-Identifier: Apache-2.0
// Two inputs of codes, element by element, with broadcasting.
#include <algorithm>

#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/broadcast.h"
#include "model/reference/tflite/reciprocal.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

// Codes of operation(a - z_a, b - z_b) + z_out, clamped to the type: every operator here has this form.
template <typename Operation>
std::vector<Tensor> combine(const KernelCall& call, Operation operation) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), out = output_parameters(call);
  std::vector<std::int32_t> codes;
  codes.reserve(static_cast<std::size_t>(element_count(output_value(call).shape)));
  for_each_pair(call, [&](std::int32_t x, std::int32_t y) {
    const std::int32_t result = operation(x - a.zero_point, y - b.zero_point);
    codes.push_back(clamped(std::int64_t{result} + out.zero_point, out.range()));
  });
  return {tensor_of_codes(out, output_value(call).shape, codes)};
}

// 1. Both inputs, shifted left for precision, in units of twice the larger scale. 2. Their sum (`sign` 1) or
// difference (-1) in units of the output.
std::vector<Tensor> sum(const KernelCall& call, std::int32_t sign) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), out = output_parameters(call);
  const std::int32_t up = bytes_of(out.dtype) == 2 ? 1 << 15 : 1 << 20;
  const double unit = 2.0 * static_cast<double>(std::max(a.scale, b.scale));
  const FixedFactor factor_a = fixed_factor(static_cast<double>(a.scale) / unit);
  const FixedFactor factor_b = fixed_factor(static_cast<double>(b.scale) / unit);
  const FixedFactor factor = fixed_factor(unit / (static_cast<double>(up) * static_cast<double>(out.scale)));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) {
    const std::int32_t scaled_x = multiply(std::int64_t{x} * up, factor_a, rounding);
    const std::int32_t scaled_y = multiply(std::int64_t{y} * up, factor_b, rounding);
    return multiply(std::int64_t{scaled_x} + sign * std::int64_t{scaled_y}, factor, rounding);
  });
}

}  // namespace

std::vector<Tensor> add(const KernelCall& call) { return sum(call, 1); }

std::vector<Tensor> subtract(const KernelCall& call) { return sum(call, -1); }

std::vector<Tensor> multiply(const KernelCall& call) {
  const float a = input_parameters(call, 0).scale, b = input_parameters(call, 1).scale;
  const float out = output_parameters(call).scale;
  // TensorFlow Lite computes the factor in float32, its Micro sibling in double.
  const double real = call.options.rule == RequantRule::tflite
                          ? static_cast<double>(a * b / out)
                          : static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(out);
  const FixedFactor factor = fixed_factor(real);
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) {
    return trireme::multiply(std::int64_t{x} * y, factor, rounding);
  });
}

namespace {

// x / 2^exponent, ties away from zero, in the 32-bit shifts of the runtime's build: x86 takes an exponent
// beyond 31 modulo 32, while the 64-bit mask below the point is cut to its low half. Quotients far below one
// become noise so.
std::int32_t divided_as_x86(std::int32_t x, int exponent) {
  const auto mask =
      static_cast<std::int32_t>(static_cast<std::uint32_t>((std::uint64_t{1} << (exponent & 63)) - 1));
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> (exponent & 31)) + ((x & mask) > threshold ? 1 : 0);
}

}  // namespace

// The reciprocal of the divisor as a fixed-point number, times the dividend with all its leading sign bits
// used; a negative divisor lends its sign to the dividend.
std::vector<Tensor> divide(const KernelCall& call) {
  const float a = input_parameters(call, 0).scale, b = input_parameters(call, 1).scale;
  const FixedFactor factor = fixed_factor(static_cast<double>(a / (b * output_parameters(call).scale)));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) -> std::int32_t {
    if (y == 0) throw Error(place_of(call.node), "a divisor is zero", "TensorFlow Lite refuses that, too");
    const Reciprocal inverse = reciprocal(y < 0 ? -y : y, 31);
    const std::int32_t dividend = y < 0 ? -x : x;
    const int headroom = leading_sign_bits(dividend);
    const std::int32_t quotient = trireme::multiply(dividend, {inverse.value, headroom}, rounding);
    const int shift = factor.shift - inverse.bits_over_unit - headroom;
    if (rounding == FixedRounding::single)
      return trireme::multiply(quotient, {factor.multiplier, shift}, rounding);
    return divided_as_x86(high_product(quotient, static_cast<std::int32_t>(factor.multiplier)), -shift);
  });
}

std::vector<Tensor> prelu(const KernelCall& call) {
  const float in = input_parameters(call, 0).scale, slope = input_parameters(call, 1).scale;
  const float out = output_parameters(call).scale;
  const FixedFactor positive = fixed_factor(static_cast<double>(in / out));
  const FixedFactor negative = fixed_factor(static_cast<double>(in * slope / out));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t alpha) {
    return x >= 0 ? trireme::multiply(x, positive, rounding)
                  : trireme::multiply(std::int64_t{x} * alpha, negative, rounding);
  });
}

}  // namespace trireme::tflite
