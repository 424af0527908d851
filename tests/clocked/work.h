// SPDX-License-Identifier: Apache-2.0
// A convolution job spelled out: every tile, superblock and chunk with the bytes it moves and the cycles it
// takes (docs/timing.md, "NNE").
#pragma once

#include <cstdint>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme::clocked {

struct Piece {  // contiguous bytes
  std::uint64_t address, bytes;
};
using Pieces = std::vector<Piece>;

struct Chunk {
  Pieces input, coefficients;
  Pieces image_cache, kernel_cache;  // written after the fetch; empty: not cached
  std::int64_t array_cycles, decode_cycles;
};

struct Step {
  std::vector<Chunk> chunks;
  Pieces output;
  std::int64_t post_cycles;
};

struct Work {
  Pieces constants;  // bias and multipliers
  std::vector<Step> steps;
};

Work work_of(const NneJob& job, const Chip& chip);

}  // namespace trireme::clocked
