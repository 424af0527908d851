// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/memory/allocator.h"
#include "compiler/plan/plan.h"

namespace trireme {

// Gives coefficients of NNE jobs, with their bias and multipliers, an address in what the feature maps leave
// of the AXI-SRAM, where the host puts them before the network starts (PreLoadWeightBiases of the parts' own
// logs, hardware.md §4). First those that save most cycles a byte.
void preload_coefficients(Plan& plan, const Chip& chip, Allocator& axi_sram, std::uint32_t last_job);

}  // namespace trireme
