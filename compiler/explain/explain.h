// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/plan/explanation.h"
#include "compiler/plan/plan.h"

namespace trireme {

// After `memory`: estimates know where operands lie. Runners-up have the caches that maps leave room for, if
// the plan uses the VIP-SRAM.
Explanation explain(const Plan& plan, const Chip& chip, bool use_vip_sram);

}  // namespace trireme
