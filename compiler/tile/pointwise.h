// SPDX-License-Identifier: Apache-2.0
// A pointwise convolution computes pixel by pixel: its planes may be seen as rows of another length, so that
// rows fill the array's lanes. Compilers do so for additions (hardware.md §2.6 [M-nn]); where they do for 1x1
// kernels says compiler.pointwise_packing (docs/timing.md).
#pragma once

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme {

// 1x1 kernels, stride 1, no padding, no pool, and no gap between the rows of input and output.
bool is_pointwise(const NneJob& job);

// The width, at most a tile's, under which the planes of a pointwise job take fewest row groups, and of those
// the largest; the job's own if none takes fewer than its rows do, or the chip's compilers do not pack.
int pointwise_width(const NneJob& job, const Chip& chip);

// Sees the planes of a pointwise job as rows of `width`, which divides their pixels.
void set_width(NneJob& job, int width);

}  // namespace trireme
