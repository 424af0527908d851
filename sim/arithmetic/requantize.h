// SPDX-License-Identifier: Apache-2.0
// The post-processor's requantizer: accumulator -> code, by the named rules (numerics.md §3.2, hardware.md
// §2.5). Written separately from model/reference on purpose: each is the other's check.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/job.h"

namespace trireme {

// Rule tflite: convolution and dense, or depthwise. wide: 64-bit sums under any of the runtime's rules.
enum class TfliteKernel : std::uint8_t { ruy, gemmlowp, wide };

struct RequantizeConfig {
  RequantRule rule;
  Ties ties;
  TfliteKernel kernel = TfliteKernel::ruy;
  std::int32_t zero_point;
  std::int32_t clamp_low, clamp_high;
};

RequantizeConfig requantize_config(const PostProcessing& post, std::int32_t zero_point, TfliteKernel kernel);

// Scaled and rounded, before the zero point; saturates to int32.
std::int32_t scale_accumulator(std::int64_t accumulator, const Requantizer& by,
                               const RequantizeConfig& config);
// The whole way: scale, add zero point, clamp.
std::int32_t requantize(std::int64_t accumulator, const Requantizer& by, const RequantizeConfig& config);

// The float32 in the multiplier word, under the float rules.
float float_multiplier(const Requantizer& by);
// The multiplier word of a real factor under a float rule (vipf, onnx) or an integer one.
Requantizer requantizer_of(float factor, RequantRule rule);

}  // namespace trireme
