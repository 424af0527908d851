// SPDX-License-Identifier: Apache-2.0
// What the requantizer of an engine is programmed with (hardware.md §2.5, numerics.md §3.1).
#pragma once

#include <array>

#include "isa/job.h"

namespace trireme {

// Of the factor numerator / denominator, each a float32: s_in * s_w over s_out for weights, s_in over s_out
// without, s_in over s_out * count for an average. Error without a place if the factor is no positive number
// below 2^30.
Requantizer requantizer_of(RequantRule rule, float numerator, float denominator);

// Of s_in * s_w / s_out. The rules differ in where they round (numerics.md §3.1): TensorFlow Lite multiplies
// the scales of int8 convolutions in double, those of uint8 convolutions and of every dense layer in float32
// first.
struct WeightedScales {
  float input, weight, output;
  bool double_product;
};
Requantizer requantizer_of(RequantRule rule, const WeightedScales& scales);

// The three numbers of a sum of codes, by default the scales of input, input2 and output (sim/nne/add.h says
// what they mean under each rule). `type`: of the codes.
struct CodeScale {
  float scale;
  std::int32_t zero_point;
};
std::array<Requantizer, kAddScales> add_requantizers(RequantRule rule, const CodeScale& input,
                                                     const CodeScale& input2, const CodeScale& output,
                                                     DataType type);

}  // namespace trireme
