// SPDX-License-Identifier: Apache-2.0
// From an int32 accumulator to an output code, by each of the named rules (numerics.md §3, hardware.md §2.5).
#pragma once

#include <cstdint>
#include <string>

#include "model/quant/quantization.h"

namespace trireme {

// Which kernel of a reference runtime the operator would run: TensorFlow Lite rounds them differently
// (numerics.md §3.2).
enum class RequantKernel : std::uint8_t {
  convolution,  // convolution with one group or more channels a group, and fully connected
  other,        // depthwise convolution, pooling, and everything else
};

// One multiplier, prepared once a tensor (or channel) and applied to every accumulator.
// The real factor is numerator / denominator: s_in * s_w (as float32) over s_out for a convolution.
class ReferenceRequantizer {
 public:
  // Error (with `where`) if the factor is not a positive number below 2^30: parameters that no real tensor
  // has.
  ReferenceRequantizer(RequantRule rule, Ties ties, RequantKernel kernel, float numerator, float denominator,
                       const std::string& where);

  // The scaled accumulator as int32, saturated; the zero point and the clamp are the caller's.
  std::int32_t operator()(std::int32_t accumulator) const;

 private:
  RequantRule rule_;
  Ties ties_;
  RequantKernel kernel_;
  float factor_ = 0;             // float32(numerator / denominator)
  std::int64_t multiplier_ = 0;  // integer rules: value = accumulator * multiplier_ * 2^-shift_
  int shift_ = 0;
};

}  // namespace trireme
