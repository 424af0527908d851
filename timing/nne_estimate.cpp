// SPDX-License-Identifier: Apache-2.0
// What a job of the array takes when nothing else runs: the compiler's price of tilings and bands.
#include <algorithm>

#include "timing/nne.h"
#include "timing/requests.h"

namespace trireme {

namespace {

Cycle fixed_cycles(const Chip& chip) {
  return static_cast<Cycle>(chip.nne.launch_cycles) + static_cast<Cycle>(chip.nne.job_start_cycles);
}

// Gaps below a beat of the bus are read with their rows (docs/timing.md), written only what is meant.
Requests fetched(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const std::int64_t plane =
      std::int64_t{tile.in_width} * tile.in_height * bytes_of(static_cast<DataType>(job.input.dtype));
  if (plane == 0) return {0, 0};
  const std::int64_t channels = input_bytes(job, chip, tile, superblock) / plane;
  return requests_of_window(job.input, {tile.in_x, tile.in_y, tile.in_width, tile.in_height, channels},
                            chip.axi.bytes_per_cycle);
}

Requests stored(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const TileOutput output = output_of_tile(job, tile);
  const std::int64_t channels = kernels_in_superblock_all_cores(job, chip, superblock);
  if (output.width <= 0 || output.height <= 0 || channels == 0) return {0, 0};
  return requests_of_window(job.output, {output.x, output.y, output.width, output.height, channels}, 1);
}

// A piece of both maps comes and is added while the one before leaves (docs/timing.md).
Cycle estimate_of_add(const NneJob& job, const Chip& chip) {
  MemoryLoad load;
  Cycle read = 0;
  for (const TensorView* view : {&job.input, &job.input2}) {
    add_read(load, requests_of_map(*view, 1), memory_of(view->address), chip);
    read += path_cycles(requests_of_map(*view, 1), memory_of(view->address), chip);
  }
  add_written(load, requests_of_map(job.output, 1), memory_of(job.output.address), chip);
  const std::int64_t results = std::int64_t{job.output.width} * job.output.height * job.output.channels;
  return fixed_cycles(chip) + std::max(read + add_cycles(chip, results), busy_cycles(load, chip));
}

// What a step fetches: a chunk after the other, each there before the next is asked for.
struct Fetches {
  const NneJob& job;
  const Chip& chip;
  Cycle chunks;
  MemoryLoad load;
};

Cycle read(Fetches& fetches, const Requests& requests, Memory memory) {
  return read_cycles(fetches.load, requests, memory, fetches.chip, static_cast<std::int64_t>(fetches.chunks));
}

Cycle copy_to_cache(Fetches& fetches, std::int64_t bytes) {
  const Requests copy{1, bytes};
  add_written(fetches.load, copy, Memory::vip_sram, fetches.chip);
  return path_cycles(copy, Memory::vip_sram, fetches.chip) +
         fetches.chunks * latency_cycles(Memory::vip_sram, fetches.chip);
}

// The first superblock reads the tile's window from its memory, and fills the image cache if there is one.
// The others read the copy, which lies in one piece.
Cycle fetch_input(Fetches& fetches, const NneTile& tile, int superblock) {
  const NneJob& job = fetches.job;
  const std::int64_t bytes = input_bytes(job, fetches.chip, tile, superblock);
  const bool cached = job.image_cache_bytes > 0;
  if (cached && superblock > 0) return read(fetches, {1, bytes}, Memory::vip_sram);
  const Cycle cycles =
      read(fetches, fetched(job, fetches.chip, tile, superblock), memory_of(job.input.address));
  return cycles + (cached ? copy_to_cache(fetches, bytes) : 0);
}

// A superblock's share of the coefficients; from the kernel cache, once the first tile has filled it.
Cycle fetch_coefficients(Fetches& fetches, bool first_tile) {
  const NneJob& job = fetches.job;
  const std::int64_t bytes = ceil_div(job.coefficient_bytes, std::max<int>(job.superblocks, 1));
  const bool cached = job.kernel_cache_bytes > 0;
  if (cached && !first_tile) return read(fetches, {1, bytes}, Memory::vip_sram);
  return read(fetches, {1, bytes}, memory_of(job.coefficients)) +
         (cached ? copy_to_cache(fetches, bytes) : 0);
}

// One superblock of a tile.
struct Step {
  Cycle takes = 0, post = 0;
  MemoryLoad load;
};

Step step_of(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock, bool first_tile,
             Cycle chunks) {
  Fetches fetches{job, chip, chunks, {}};
  const Cycle window = fetch_input(fetches, tile, superblock),
              coefficients = fetch_coefficients(fetches, first_tile);
  Step step;
  step.takes = std::max({mac_cycles(job, chip, tile, superblock), decode_cycles(job, chip, superblock),
                         window, coefficients, busy_cycles(fetches.load, chip)});
  step.post = post_cycles(job, chip, tile, superblock);
  step.load = fetches.load;
  add_written(step.load, stored(job, chip, tile, superblock), memory_of(job.output.address), chip);
  return step;
}

// Whether all superblocks but the first and the last are alike: full, of the same channels, and no share of
// what is counted for all kernels together.
bool alike_between(const NneJob& job) {
  return !is(job, NneOperation::depthwise) && job.groups <= 1 && job.decoder_symbols == 0 &&
         job.dot_products == 0;
}

}  // namespace

Cycle estimate(const NneJob& job, const Chip& chip) {
  if (is(job, NneOperation::add)) return estimate_of_add(job, chip);
  const std::vector<NneTile> tiles = tiles_of(job);
  const Memory input = memory_of(job.input.address), output = memory_of(job.output.address);
  // 1. What fetches and the array take, step by step: buffers hold a part of the next step, not all of it.
  // What leaves has the time of all steps.
  const std::int64_t coded = ceil_div(job.coefficient_bytes, std::max<int>(job.superblocks, 1));
  const auto chunks = static_cast<Cycle>(chunks_of_step(job, chip, coded));
  const bool alike = alike_between(job);
  Cycle steps_take = 0, post = 0;
  MemoryLoad load;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    Step step;
    for (int s = 0; s < job.superblocks; ++s) {
      const bool as_before = alike && s > 1 && s + 1 < job.superblocks;
      if (!as_before) step = step_of(job, chip, tiles[t], s, t == 0, chunks);
      steps_take += step.takes;
      post += step.post;
      add(load, step.load);
    }
  }
  // 2. The array starts with the first chunk of a tile's channels; the last step's results leave when it is
  // done.
  Cycle first_fetch = 0, drain = 0;
  if (!tiles.empty()) {
    const Cycle window = path_cycles(fetched(job, chip, tiles.front(), 0), input, chip);
    first_fetch = (window + chunks - 1) / chunks + latency_cycles(input, chip);
    const int last = job.superblocks - 1;
    drain = post_cycles(job, chip, tiles.back(), last) +
            path_cycles(stored(job, chip, tiles.back(), last), output, chip);
  }
  // 3. Different memories and the array overlap.
  const auto steps = static_cast<std::int64_t>(tiles.size()) * job.superblocks;
  const auto bubbles = static_cast<Cycle>(std::max<std::int64_t>(steps - 1, 0) * chip.nne.tile_bubble_cycles);
  return fixed_cycles(chip) + bubbles + first_fetch + std::max({steps_take, post, busy_cycles(load, chip)}) +
         drain;
}

}  // namespace trireme
