// SPDX-License-Identifier: Apache-2.0
// TP cost formulas: one element a cycle and core; fully connected: one coded byte a cycle and core
// (hardware.md §3.3).
#pragma once

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

std::int64_t tp_elements(
    const TpJob& job);  // pools: input elements read by windows; else the larger of in and out
Cycle tp_compute_cycles(const TpJob& job, const Chip& chip);
Cycle estimate(const TpJob& job, const Chip& chip);

}  // namespace trireme
