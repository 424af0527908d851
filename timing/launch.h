// SPDX-License-Identifier: Apache-2.0
// What a job of the array costs before its first fetch (docs/timing.md, "Front end").
#pragma once

#include "isa/chip.h"
#include "timing/cycles.h"

namespace trireme {

inline Cycle nne_launch(const Chip& chip) {
  return static_cast<Cycle>(chip.nne.launch_cycles) + cycles_of_ps(chip.nne.launch_ps, chip.clock_hz);
}

}  // namespace trireme
