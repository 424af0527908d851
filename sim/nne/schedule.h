// SPDX-License-Identifier: Apache-2.0
// A job cut into what moves through the pipeline: steps (tile x superblock) and, within a step, chunks.
#pragma once

#include <vector>

#include "isa/chip.h"
#include "sim/memory/checker.h"
#include "sim/memory/operands.h"
#include "timing/nne.h"

namespace trireme {

// A part of a step: the array works on it once its input channels and its coefficients are there.
struct NneChunk {
  std::int64_t first_channel, channels;    // of those the step reads
  std::uint64_t first_coded, coded_bytes;  // of the coefficient stream
  Cycle mac_cycles, decode_cycles;
};

struct NneStep {
  NneTile tile;
  int superblock;
  bool input_cached, coefficients_cached;  // read from VIP-SRAM instead of their memory
  bool caches_input;                       // written to VIP-SRAM for the superblocks that follow
  std::vector<NneChunk> chunks;
  Cycle post_cycles;
  std::int64_t output_bytes;
};

struct NneSchedule {
  std::vector<NneStep> steps;  // tile by tile, superblocks within a tile
};

NneSchedule schedule_of(const NneJob& job, const Chip& chip);

// An addition in pieces of whole planes that the buffers hold.
struct NneRows {
  ViewWindow window;
  std::int64_t elements;
};
std::vector<NneRows> add_pieces(const NneJob& job);

// Addresses a step touches.
std::vector<AddressRange> input_ranges(const NneJob& job, const Chip& chip, const NneStep& step,
                                       const NneChunk& chunk);
std::vector<AddressRange> coefficient_ranges(const NneJob& job, const NneStep& step, const NneChunk& chunk);
// Where a chunk lies in the image and kernel caches.
std::vector<AddressRange> image_cache_ranges(const NneJob& job, const NneStep& step, const NneChunk& chunk);
std::vector<AddressRange> kernel_cache_ranges(const NneJob& job, const NneChunk& chunk);
std::vector<AddressRange> output_ranges(const NneJob& job, const Chip& chip, const NneStep& step);

}  // namespace trireme
