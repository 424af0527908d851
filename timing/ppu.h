// SPDX-License-Identifier: Apache-2.0
// PPU cost formula: max(throughput, latency of one thread) (hardware.md §3.3 [F] rate, [I] the rest).
#pragma once

#include "isa/chip.h"
#include "isa/job.h"
#include "isa/ppu.h"
#include "timing/cycles.h"

namespace trireme {

Cycle ppu_compute_cycles(const PpuCounts& counts, std::int64_t threads, const Chip& chip);

}  // namespace trireme
