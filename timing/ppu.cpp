// SPDX-License-Identifier: Apache-2.0
#include "timing/ppu.h"

#include <algorithm>

namespace trireme {

Cycle ppu_compute_cycles(const PpuCounts& counts, std::int64_t threads, const Chip& chip) {
  constexpr std::int64_t kLanes = 4;
  // 1. Throughput: every instruction retires four lanes, operations_per_cycle lanes a core (§3.3 [F]).
  const std::int64_t rate = std::int64_t{chip.ppu.operations_per_cycle} * chip.ppu.cores;
  const std::int64_t throughput = ceil_div(counts.total() * threads * kLanes, rate);
  // 2. Latency: one thread runs in order and waits for each result; threads beyond the resident ones queue
  // up.
  const std::int64_t one_thread = (counts.alu + counts.control) * chip.ppu.alu_latency_cycles +
                                  counts.special * chip.ppu.special_latency_cycles +
                                  counts.memory * chip.ppu.load_latency_cycles;
  const std::int64_t waves = ceil_div(threads, std::int64_t{chip.ppu.threads} * chip.ppu.cores);
  return static_cast<Cycle>(std::max(throughput, one_thread * waves));
}

}  // namespace trireme
