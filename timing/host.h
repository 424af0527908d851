// SPDX-License-Identifier: Apache-2.0
// Host steps: a formula of their shapes, so that time never depends on values (docs/timing.md). The
// parameters are assumed: how fast the processor beside the NPU is depends on the board.
#pragma once

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

// Every byte of the operands passes the host's caches once, and every fourth one counts as an element to work
// on.
Cycle host_cycles(const HostJob& job, const Chip& chip);
std::uint64_t operand_bytes(const HostJob& job);

}  // namespace trireme
