// SPDX-License-Identifier: Apache-2.0
// IEEE 754 binary16 and bfloat16 as bit patterns: round to nearest, ties to even; NaN stays NaN.
#pragma once

#include <cstdint>

namespace trireme {

std::uint16_t float_to_half(float value);
float half_to_float(std::uint16_t bits);
std::uint16_t float_to_bfloat16(float value);
float bfloat16_to_float(std::uint16_t bits);

}  // namespace trireme
