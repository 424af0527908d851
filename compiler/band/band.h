// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"

namespace trireme {

// Runs of array layers whose maps between them would lie in DRAM become groups: bands of rows go through all
// layers of the run, one after another, so that what is between them is small enough for the on-chip SRAM
// (rows under the kernels of two bands are computed twice). Where it saves cycles by timing's estimates,
// launches and such rows included. Changes no bit: a band is a job on fewer rows.
void band(Plan& plan, const Chip& chip, TileSearch search);

}  // namespace trireme
