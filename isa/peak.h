// SPDX-License-Identifier: Apache-2.0
// What a chip's array can do at most.
#pragma once

#include <cstdint>

#include "isa/chip.h"

namespace trireme {

// Cores * lanes * dot product (hardware.md §3.1, which fits the published TOPS).
std::int64_t peak_macs_per_cycle(const Chip& chip);
// Two operations a MAC, as chips are advertised.
double peak_tops(const Chip& chip);

}  // namespace trireme
