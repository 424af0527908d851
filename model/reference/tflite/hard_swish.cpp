// SPDX-License-Identifier: Apache-2.0
// x * clamp(x + 3, 0, 6) / 6 in 16-bit fixed point.
#include <algorithm>

#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

std::int32_t saturated16(std::int64_t x) { return clamped(x, {-32768, 32767}); }

// round(a * b / 2^15), ties up; -32768 * -32768 saturates.
std::int32_t high_product16(std::int32_t a, std::int32_t b) {
  const std::int32_t product = a * b;
  const std::int32_t nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
  return saturated16((std::int64_t{product} + nudge) / (1 << 15));
}

struct Factor16 {
  std::int32_t multiplier;
  int shift;
};

Factor16 factor16(float factor) {
  const FixedFactor wide = fixed_factor(static_cast<double>(factor));
  constexpr std::int64_t half = 1 << 15;
  const bool top = wide.multiplier >= std::int64_t{0x7FFFFFFF} - half;
  return {top ? 32767 : static_cast<std::int32_t>((wide.multiplier + half) >> 16), wide.shift};
}

// x / 3 in 16 bits, saturated at 1; from there to relu6(x + 3) / 6 = (x / 3 + 1) / 2.
std::int32_t gate(std::int32_t x, const Factor16& third) {
  std::int32_t value = x;
  if (third.shift > 0) value = saturated16(std::int64_t{value} << (third.shift - 1));
  value = high_product16(value, third.multiplier);
  if (third.shift > 0) value = saturated16(std::int64_t{value} * 2);
  if (third.shift < 0) value = divide_by_power(value, -third.shift);
  return (value + (1 << 15)) >> 1;
}

}  // namespace

std::vector<Tensor> hard_swish(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const float fine_scale = (1.0F / 128.0F) * in.scale;
  const Factor16 to_output = factor16(fine_scale / out.scale);
  const Factor16 third = factor16(fine_scale / (3.0F / 32768.0F));
  const bool eight_bits = in.range().high <= 255 && out.range().high <= 255;
  const KernelRow* row = find_kernels(call.node.op);
  // Beyond its range (an output much finer than the input, 16 bits) TensorFlow Lite refuses the operator.
  if (!eight_bits || to_output.shift > 0) return run_group(call, row->real);
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for (std::int32_t& code : codes) {
    const std::int32_t x = (code - in.zero_point) * 128;
    const std::int32_t scaled = high_product16(x, to_output.multiplier);
    const std::int32_t product = saturated16(std::int64_t{gate(x, third)} * scaled / (1 << 15));
    code = clamped(std::int64_t{divide_by_power(product, -to_output.shift)} + out.zero_point, out.range());
  }
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

}  // namespace trireme::tflite
