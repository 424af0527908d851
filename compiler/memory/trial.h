// SPDX-License-Identifier: Apache-2.0
// Where the maps of a plan would end up, and what its jobs would cost there, before `pack` and `memory`.
#pragma once

#include "compiler/memory/maps.h"
#include "compiler/plan/plan.h"
#include "timing/cycles.h"

namespace trireme {

struct Trial {
  PlacedMaps maps;
  std::vector<Cycle> cycles;  // of each layer: estimates of its array and TP jobs
  Cycle total = 0;
};
// Feature maps, scratch and caches as `memory` will place them, coefficients in DRAM and uncoded.
Trial trial_of(const Plan& plan, const Chip& chip);
// What the whole plan takes there: jobs of different engines side by side where they need not wait for each
// other, by estimates of each; those of the PPU and the host take none.
Cycle makespan_of(const Plan& plan, const Chip& chip);

}  // namespace trireme
