// SPDX-License-Identifier: Apache-2.0
// The stages of the convolution engine, stepped in every cycle.
#pragma once

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme::clocked {

// The cycle in which the last byte of the job is written; its fetches start in cycle `start`.
std::int64_t finish_cycle(const NneJob& job, const Chip& chip, std::int64_t start);

}  // namespace trireme::clocked
