// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/add.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/requantize_row.h"

namespace trireme {

namespace {

constexpr std::size_t kCodes = 256, kPairs = kCodes * kCodes;

// TensorFlow Lite's left shift of a sum's operands, by the bytes of a code.
int more_bits(std::uint8_t dtype) { return bytes_of(static_cast<DataType>(dtype)) == 1 ? 20 : 15; }

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
    const float x = static_cast<float>(a) * float_multiplier(operands.requantizers[0]);
    const float y = static_cast<float>(b) * float_multiplier(operands.requantizers[1]);
    const float sum = job.subtract != 0 ? x - y : x + y;
    const float steps = nearest_even(sum / float_multiplier(operands.requantizers[2]));
    const float limited = std::clamp(steps, -1e9F, 1e9F);
    return clamped(std::int64_t{static_cast<std::int32_t>(limited)} + zero_point_of(job.output));
  }

  // ONNX Runtime's QLinearAdd. The codes as they are stored: the constant has every zero point in it.
  std::int32_t by_ratios(std::int32_t a, std::int32_t b) const {
    const auto number = [&](std::size_t i) { return float_multiplier(operands.requantizers[i]); };
    const auto x = static_cast<float>(a + zero_point_of(job.input));
    const auto y = static_cast<float>(b + zero_point_of(job.input2));
    const float code = nearest_even(std::fma(x, number(0), std::fma(y, number(1), number(2))));
    if (std::isnan(code)) return clamped(0);
    return clamped(static_cast<std::int32_t>(std::clamp(code, -1e9F, 1e9F)));
  }

  // Operand `which`, as a distance from its zero point, in the units of the sum.
  std::int32_t scaled(std::int32_t distance, std::size_t which, const RequantizeConfig& config) const {
    return scale_accumulator(std::int64_t{distance} * (1 << more_bits(job.output.dtype)),
                             operands.requantizers[which], config);
  }

  std::int32_t in_integers(std::int32_t a, std::int32_t b, const RequantizeConfig& config) const {
    const std::int32_t x = scaled(a, 0, config), y = scaled(b, 1, config);
    return requantize(job.subtract != 0 ? x - y : x + y, operands.requantizers[2], config);
  }
};

// The sum's code for two stored codes.
class SumOfCodes {
 public:
  SumOfCodes(const NneJob& job, const NneOperands& operands)
      : sum_{job, operands},
        rule_(static_cast<RequantRule>(job.post.rule)),
        config_(requantize_config(job.post, zero_point_of(job.output), TfliteKernel::gemmlowp)),
        zero_a_(zero_point_of(job.input)),
        zero_b_(zero_point_of(job.input2)) {}

  std::int32_t operator()(std::int32_t left, std::int32_t right) const {
    const std::int32_t a = left - zero_a_, b = right - zero_b_;
    if (is_tflite(rule_)) return sum_.in_integers(a, b, config_);
    return rule_ == RequantRule::onnx ? sum_.by_ratios(a, b) : sum_.in_float(a, b);
  }

 private:
  Sum sum_;
  RequantRule rule_;
  RequantizeConfig config_;
  std::int32_t zero_a_, zero_b_;
};

Codes summed(const Codes& left, const Codes& right, const SumOfCodes& sum) {
  Codes codes(std::min(left.size(), right.size()));
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = sum(left[i], right[i]);
  return codes;
}

// TensorFlow Lite's rules on codes of 8 bits: every code's share of the sum once, then the sums in rows.
Bytes summed_in_rows(const NneJob& job, const NneOperands& operands) {
  const RequantizeConfig config =
      requantize_config(job.post, zero_point_of(job.output), TfliteKernel::gemmlowp);
  const Sum sum{job, operands};
  std::array<std::int32_t, kCodes> of_a{}, of_b{};
  Bytes every(kCodes);
  std::iota(every.begin(), every.end(), std::uint8_t{0});
  const Codes a = codes_of(every, job.input.dtype), b = codes_of(every, job.input2.dtype);
  for (std::size_t i = 0; i < kCodes; ++i) {
    of_a[i] = sum.scaled(a[i] - zero_point_of(job.input), 0, config);
    const std::int32_t share = sum.scaled(b[i] - zero_point_of(job.input2), 1, config);
    of_b[i] = job.subtract != 0 ? -share : share;
  }
  Codes sums(std::min(operands.input.size(), operands.input2.size()));
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = of_a[operands.input[i]] + of_b[operands.input2[i]];
  Bytes stored(sums.size());
  requantize_row(sums.data(), sums.size(), 0, operands.requantizers[2], config, stored.data());
  return stored;
}

// Pairs of 8-bit codes are few: on a large map each is computed once.
Bytes summed_by_table(const NneJob& job, const NneOperands& operands, const SumOfCodes& sum) {
  Bytes every(kPairs), first(kPairs);
  for (std::size_t i = 0; i < kPairs; ++i) {
    first[i] = static_cast<std::uint8_t>(i / kCodes);
    every[i] = static_cast<std::uint8_t>(i % kCodes);
  }
  const Bytes table = stored_codes(
      summed(codes_of(first, job.input.dtype), codes_of(every, job.input2.dtype), sum), job.output.dtype);
  Bytes stored(std::min(operands.input.size(), operands.input2.size()));
  for (std::size_t i = 0; i < stored.size(); ++i)
    stored[i] = table[operands.input[i] * kCodes + operands.input2[i]];
  return stored;
}

}  // namespace

Bytes add(const NneJob& job, const NneOperands& operands) {
  const SumOfCodes sum(job, operands);
  const bool bytes =
      element_bytes(job.input) == 1 && element_bytes(job.input2) == 1 && element_bytes(job.output) == 1;
  if (bytes && is_tflite(static_cast<RequantRule>(job.post.rule))) return summed_in_rows(job, operands);
  if (bytes && operands.input.size() > kPairs) return summed_by_table(job, operands, sum);
  return stored_codes(
      summed(codes_of(operands.input, job.input.dtype), codes_of(operands.input2, job.input2.dtype), sum),
      job.output.dtype);
}

}  // namespace trireme
