// SPDX-License-Identifier: Apache-2.0
// The requantizer for many sums of one channel, as vector loops; every code is that of requantize().
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/arithmetic/requantize.h"

namespace trireme {

// codes[i] = low byte of requantize(sums[i] + offset modulo 2^32, by, config).
void requantize_row(const std::int32_t* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                    const RequantizeConfig& config, std::uint8_t* codes);
// Sums as float32 has them exactly.
void requantize_row(const float* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                    const RequantizeConfig& config, std::uint8_t* codes);

}  // namespace trireme
