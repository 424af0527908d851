// SPDX-License-Identifier: Apache-2.0
// What a run costs before its first command (docs/timing.md, "Front end").
#pragma once

#include "isa/chip.h"
#include "timing/cycles.h"

namespace trireme {

inline Cycle network_start(const Chip& chip) {
  return static_cast<Cycle>(chip.front_end.network_start_cycles) +
         cycles_of_ps(chip.front_end.network_start_ps, chip.clock_hz);
}

}  // namespace trireme
