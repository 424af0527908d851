// SPDX-License-Identifier: Apache-2.0
// How a convolution's result is cut into tiles, and how many kernels a core holds at once (hardware.md §2.2).
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// The cheapest tiling of every NNE job by timing's estimate, operands in DRAM and coefficients uncoded:
// neither addresses nor streams exist yet.
void tile(Plan& plan, const Chip& chip);

// The same for one job. Error if none fits the chip's buffers.
NneJob tiled(NneJob job, const Chip& chip);

// Whether any tiling respects the chip's buffers and the job's pooling windows.
bool has_tiling(const NneJob& job, const Chip& chip);

}  // namespace trireme
