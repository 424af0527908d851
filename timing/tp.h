// SPDX-License-Identifier: Apache-2.0
// TP cost formulas: one element a cycle and core; fully connected: one coded byte a cycle and core
// (hardware.md §3.3). Reduced cores (TPLite) move and pool; tables and fully connected layers run on full
// ones (§1.5 [F name], what they lack [I]).
#pragma once

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

// Reading, processing and writing overlap in pieces of so many bytes [asm].
constexpr std::int64_t kTpPieceBytes = 4096;

std::int64_t tp_elements(
    const TpJob& job);  // pools: input elements read by windows; else the larger of in and out
// Cores that share the job. A transpose has one (§2.7 [F]); a reshuffle those that its outer loops keep
// apart: loops that are outermost both where it reads and where it writes.
std::int64_t tp_cores(const TpJob& job, const Chip& chip);
Cycle tp_compute_cycles(const TpJob& job, const Chip& chip);
// Least cycles to read so many bytes of the VIP-SRAM with tp.vip_sram_outstanding bursts under way (§1.6).
Cycle tp_sram_read_cycles(std::int64_t bytes, const Chip& chip);
// A job when nothing else runs: launch, then reading, elements and writing side by side. For choosing bands.
Cycle estimate(const TpJob& job, const Chip& chip);

}  // namespace trireme
