// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/add.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/requantize.h"

namespace trireme {

namespace {

// TensorFlow Lite's left shift of a sum's operands, by the bytes of a code.
int more_bits(std::uint8_t dtype) { return bytes_of(static_cast<DataType>(dtype)) == 1 ? 20 : 15; }

float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// To the nearest integer, ties to even; beyond 2^23 a float is an integer.
float nearest_even(float value) {
  constexpr float two_23 = 8388608.0F;
  const float magnitude = std::fabs(value);
  if (!(magnitude < two_23)) return value;
  const float rounded = (magnitude + two_23) - two_23;
  return value < 0 ? -rounded : rounded;
}

struct Sum {
  const NneJob& job;
  const NneOperands& operands;

  std::int32_t clamped(std::int64_t code) const {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(code, job.post.clamp_low, job.post.clamp_high));
  }

  std::int32_t in_float(std::int32_t a, std::int32_t b) const {
    const float x = static_cast<float>(a) * float_of(operands.requantizers[0].multiplier);
    const float y = static_cast<float>(b) * float_of(operands.requantizers[1].multiplier);
    const float sum = job.subtract != 0 ? x - y : x + y;
    const float steps = nearest_even(sum / float_of(operands.requantizers[2].multiplier));
    const float limited = std::clamp(steps, -1e9F, 1e9F);
    return clamped(std::int64_t{static_cast<std::int32_t>(limited)} + zero_point_of(job.output));
  }

  // ONNX Runtime's QLinearAdd. The codes as they are stored: the constant has every zero point in it.
  std::int32_t by_ratios(std::int32_t a, std::int32_t b) const {
    const auto number = [&](std::size_t i) { return float_of(operands.requantizers[i].multiplier); };
    const auto x = static_cast<float>(a + zero_point_of(job.input));
    const auto y = static_cast<float>(b + zero_point_of(job.input2));
    const float code = nearest_even(std::fma(x, number(0), std::fma(y, number(1), number(2))));
    if (std::isnan(code)) return clamped(0);
    return clamped(static_cast<std::int32_t>(std::clamp(code, -1e9F, 1e9F)));
  }

  std::int32_t in_integers(std::int32_t a, std::int32_t b, const RequantizeConfig& config) const {
    const auto scaled = [&](std::int32_t code, int which) {
      return scale_accumulator(std::int64_t{code} * (1 << more_bits(job.output.dtype)),
                               operands.requantizers[static_cast<std::size_t>(which)], config);
    };
    const std::int32_t x = scaled(a, 0), y = scaled(b, 1);
    return requantize(job.subtract != 0 ? x - y : x + y, operands.requantizers[2], config);
  }
};

}  // namespace

Bytes add(const NneJob& job, const NneOperands& operands) {
  const auto rule = static_cast<RequantRule>(job.post.rule);
  const bool integers =
      rule == RequantRule::tflite || rule == RequantRule::tflm || rule == RequantRule::tflm_single;
  const bool ratios = rule == RequantRule::onnx;
  const RequantizeConfig config =
      requantize_config(job.post, zero_point_of(job.output), TfliteKernel::gemmlowp);
  const Sum sum{job, operands};
  const Codes left = codes_of(operands.input, job.input.dtype);
  const Codes right = codes_of(operands.input2, job.input2.dtype);
  Codes output(std::min(left.size(), right.size()));
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::int32_t a = left[i] - zero_point_of(job.input);
    const std::int32_t b = right[i] - zero_point_of(job.input2);
    output[i] = integers ? sum.in_integers(a, b, config) : ratios ? sum.by_ratios(a, b) : sum.in_float(a, b);
  }
  return stored_codes(output, job.output.dtype);
}

}  // namespace trireme
