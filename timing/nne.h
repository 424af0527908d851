// SPDX-License-Identifier: Apache-2.0
// NNE cost formulas (hardware.md §2.2, §2.3, §3.1, §3.2, all [I]; docs/timing.md). The compiler chooses by
// them, the simulator spends them.
#pragma once

#include <vector>

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

// Size of one tile of the convolution result, at the map's edge possibly smaller than the job's tile.
struct NneTile {
  int x, y, width, height;              // in the convolution result
  int in_x, in_y, in_width, in_height;  // input window it needs, clipped to the map
};

// The tiles of a job in the order they are computed: row by row, left to right.
std::vector<NneTile> tiles_of(const NneJob& job);
// Kernels of `core` in superblock `superblock`.
int kernels_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock);
int kernels_in_superblock_all_cores(const NneJob& job, const Chip& chip, int superblock);

// Array cycles of one kernel on one tile: dense ceil(K*K*Ci/9)*3*R, depthwise ceil(K*K/9)*3*R, R =
// ceil(height/m); twice as many for 16-bit data, and again for 16-bit weights.
Cycle mac_cycles_per_kernel(const NneJob& job, const Chip& chip, const NneTile& tile);
// Array cycles of one tile and superblock: the core with most kernels decides.
Cycle mac_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock);
// Post-processing: output_lanes convolution results a cycle, all cores together.
Cycle post_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock);
// Decoder: weights of the busiest core / decoder_weights_per_cycle; one of 16 bits counts as two.
Cycle decode_cycles(const NneJob& job, const Chip& chip, int superblock);
std::int64_t weights_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock);

std::int64_t input_bytes(const NneJob& job, const NneTile& tile);  // one tile, all channels
std::int64_t output_bytes(const NneJob& job, const Chip& chip, const NneTile& tile,
                          int superblock);  // after pooling

// Limits for the tiler (hardware.md §2.2).
int interleave_of(const Chip& chip, int kernel, int tile_w);  // m
int max_tile_height(const Chip& chip, int kernel, int stride, int interleave, int height);
int kernels_at_once(const Chip& chip, int kernel, int stride, int tile_w, int tile_h, int interleave,
                    int channels);

// Estimate of a whole job when nothing else runs: launch + first fetch + max(streams) + drain. For choosing
// tiles.
Cycle estimate(const NneJob& job, const Chip& chip);

}  // namespace trireme
