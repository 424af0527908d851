// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/requantizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "compiler/ppu_kernels/fixed_factor.h"

namespace trireme {

namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

}  // namespace

Requantizer requantizer_of(RequantRule rule, const WeightedScales& scales) {
  if (!is_tflite(rule) || !scales.double_product)
    return requantizer_of(rule, scales.input * scales.weight, scales.output);
  const double d = double{scales.input} * double{scales.weight} / double{scales.output};
  if (!(d > 0) || !(d < 0x1p30))
    return requantizer_of(rule, scales.input * scales.weight, scales.output);  // says why
  return q31_multiplier(d);
}

std::array<Requantizer, kAddScales> add_requantizers(RequantRule rule, const CodeScale& input,
                                                     const CodeScale& input2, const CodeScale& output,
                                                     DataType type) {
  const auto in_float = [](float a, float b, float c) {
    return std::array<Requantizer, kAddScales>{{{bits_of(a), 0}, {bits_of(b), 0}, {bits_of(c), 0}}};
  };
  if (rule == RequantRule::onnx) {
    const float ratio = input.scale / output.scale, ratio2 = input2.scale / output.scale;
    const float zeros =
        ratio * static_cast<float>(input.zero_point) + ratio2 * static_cast<float>(input2.zero_point);
    return in_float(ratio, ratio2, static_cast<float>(output.zero_point) - zeros);
  }
  if (!is_tflite(rule)) return in_float(input.scale, input2.scale, output.scale);
  const double more = bytes_of(type) == 1 ? 1 << 20 : 1 << 15;  // the sum has 20 or 15 more bits
  const double twice_max = 2 * double{std::max(input.scale, input2.scale)};
  return {q31_multiplier(double{input.scale} / twice_max), q31_multiplier(double{input2.scale} / twice_max),
          q31_multiplier(twice_max / (more * double{output.scale}))};
}

Requantizer requantizer_of(RequantRule rule, float numerator, float denominator) {
  const float factor = numerator / denominator;
  if (!(numerator > 0) || !(denominator > 0) || !(factor < 0x1p30F)) {
    throw Error("", fmt::format("scales {} and {} cannot be requantized", numerator, denominator),
                "both must be positive and their quotient below 2^30; quantize the network again");
  }
  switch (rule) {
    case RequantRule::vipf:
    case RequantRule::onnx:
      return {bits_of(factor), 0};
    case RequantRule::vip8:
      return mantissa_multiplier(factor, 23);
    case RequantRule::vip7:
      return mantissa_multiplier(factor, 15);
    case RequantRule::tflite:
    case RequantRule::tflm:
    case RequantRule::tflm_single:
      return q31_multiplier(double{numerator} / double{denominator});
  }
  internal_error("unknown requantization rule");
}

}  // namespace trireme
