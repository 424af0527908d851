// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/plan/explanation.h"
#include "compiler/plan/plan.h"

namespace trireme {

// After `memory`: estimates know where operands lie.
std::vector<ExplainedLayer> explain(const Plan& plan, const Chip& chip);

}  // namespace trireme
