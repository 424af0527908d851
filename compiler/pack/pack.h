// SPDX-License-Identifier: Apache-2.0
// Everything a job reads that is known before it runs: coefficients in the chip's coding, biases, tables,
// programs, and the requantizer's multipliers.
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// Fills Plan::constants and the sizes of constants in the jobs; addresses come from `memory`.
void pack(Plan& plan, const Chip& chip);

}  // namespace trireme
