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

// Cycles a row group that the coefficients of one kernel take, none skipped (§3.1). V8: ceil(K*K*Ci/9)*3,
// depthwise ceil(K*K/9)*3. V7: ceil(K_h/2)*ceil(K_w/3)*Ci with a plane dot product, 1x1 kernels and others
// K*K*ceil(Ci/6)*2. A kernel of one of several groups has the zeros of the other channels, unless they are
// skipped.
std::int64_t dot_products_of_kernel(const NneJob& job, const Chip& chip);
// Array cycles of one kernel on one tile: the above for every row group and run of lanes; twice as many for
// 16-bit data, and again for 16-bit weights.
Cycle mac_cycles_per_kernel(const NneJob& job, const Chip& chip, const NneTile& tile);
// Array cycles of one tile and superblock: the core with most kernels decides. Of NneJob::dot_products a
// superblock has its share by kernels.
Cycle mac_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock);
// Post-processing: output_lanes convolution results a cycle, all cores together.
Cycle post_cycles(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock);
// Decoder: symbols of the busiest core / decoder_weights_per_cycle; one of 16 bits counts as two. A symbol is
// a weight, of zero runs a pair of run and value.
Cycle decode_cycles(const NneJob& job, const Chip& chip, int superblock);
std::int64_t weights_in_superblock(const NneJob& job, const Chip& chip, int core, int superblock);

// Sums of two maps: output_lanes a cycle. Without tensor_add they are a convolution over both (§2.6): V7 two
// channels under a plane of 2 x 2, one output channel, on one core; V8 a 1x1 convolution of both maps, each
// cut into as many channels as there are cores, which no order of elements forbids [I].
Cycle add_cycles(const Chip& chip, std::int64_t results);

std::int64_t input_bytes(const NneJob& job, const NneTile& tile);  // one tile, all channels
// The input channels that kernels [first, first + count) read: depthwise each its own, else all.
struct ChannelRange {
  std::int64_t first, count;
};
ChannelRange channels_of_kernels(const NneJob& job, std::int64_t first, std::int64_t count);
// What one step reads: a tile for a superblock. A core takes the channels it needs into its own image buffer.
std::int64_t input_bytes(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock);
// What is stored of a tile, after pooling: tiles are cut at pool strides, and own the windows that start in
// them.
struct TileOutput {
  int x, y, width, height;  // in the output
};
TileOutput output_of_tile(const NneJob& job, const NneTile& tile);
std::int64_t output_bytes(const NneJob& job, const Chip& chip, const NneTile& tile,
                          int superblock);  // after pooling

// A stride the array does not step by itself is computed at stride 1 and thinned out (§2.6: first-pixel
// pooling): what `results` of the job span in the accumulators.
bool thins_out(const Chip& chip, int stride);
int computed_extent(const Chip& chip, int results, int stride);

// Limits for the tiler (hardware.md §2.2). V7's interleave takes the caps of V8: as the open driver stores
// them they allow four row groups of more than 18 pixels in a line of 72 and forbid those that fit.
int interleave_of(const Chip& chip, int kernel, int tile_w);  // m
int max_tile_height(const Chip& chip, int kernel, int stride, int interleave, int height);
int kernels_at_once(const Chip& chip, int kernel, int stride, int tile_w, int tile_h, int interleave,
                    int channels);
// Half of all cores' coefficient buffers, at least a byte: what is fetched while the other half is in use.
std::int64_t half_coefficient_buffers(const Chip& chip);

// How many chunks of channels a step is cut into, the array starts with the first: enough that half of the
// coefficient buffers holds the coefficients of one, at least four if there are as many channels.
std::int64_t chunks_of_step(const NneJob& job, const Chip& chip, std::int64_t coded_bytes);

// Estimate of a whole job when nothing else runs: launch + first fetch + max(streams) + drain. For choosing
// tiles and bands (timing/nne_estimate.cpp).
Cycle estimate(const NneJob& job, const Chip& chip);

}  // namespace trireme
