// SPDX-License-Identifier: Apache-2.0
// From an accumulator to an output code, by each of the named rules (numerics.md §3, hardware.md §2.5).
#pragma once

#include <cstdint>
#include <string>

#include "model/quant/quantization.h"
#include "model/reference/fixed_point.h"

namespace trireme {

// Which kernel of a reference runtime the operator would run: TensorFlow Lite rounds them differently
// (numerics.md §3.2).
enum class RequantKernel : std::uint8_t {
  convolution,   // convolution in one group, and fully connected: a matrix product
  other,         // depthwise and grouped convolution, pooling, and everything else
  wide,          // int16 data with 64-bit sums
  wide_product,  // int16 data, a matrix product
};

// The real factor of an accumulator, in the two precisions the rules start from.
struct RealFactor {
  float narrow;  // float32 throughout: chips, ONNX Runtime
  double wide;   // TensorFlow Lite
};
// s_in / s_out. Error (with `where`) if either is not positive, or the factor is 2^30 or more: parameters
// that no real tensor has.
RealFactor real_factor(float numerator, float denominator, const std::string& where);
// s_in * s_w / s_out. `product_in_float32`: numerics.md §3.1, which kernels round the product first.
RealFactor real_factor(float input, float weight, float output, bool product_in_float32,
                       const std::string& where);

// One multiplier, prepared once a tensor (or channel) and applied to every accumulator.
class ReferenceRequantizer {
 public:
  ReferenceRequantizer(RequantRule rule, Ties ties, RequantKernel kernel, const RealFactor& factor);
  ReferenceRequantizer(RequantRule rule, Ties ties, RequantKernel kernel, float numerator, float denominator,
                       const std::string& where)
      : ReferenceRequantizer(rule, ties, kernel, real_factor(numerator, denominator, where)) {}

  // The scaled accumulator as int32, saturated; the zero point and the clamp are the caller's.
  std::int32_t operator()(std::int64_t accumulator) const;

 private:
  RequantRule rule_;
  Ties ties_;
  FixedRounding rounding_ = FixedRounding::gemmlowp;
  float factor_ = 0;
  std::int64_t multiplier_ = 0;  // chips' integer rules: value = accumulator * multiplier_ * 2^-shift_
  int shift_ = 0;
  FixedFactor fixed_;  // TensorFlow Lite's rules
};

}  // namespace trireme
