// SPDX-License-Identifier: Apache-2.0
// What a job of the array takes when nothing else runs: the compiler's price of tilings and bands.
#include <algorithm>

#include "timing/launch.h"
#include "timing/nne.h"
#include "timing/requests.h"

namespace trireme {

namespace {

Cycle fixed_cycles(const Chip& chip) {
  return nne_launch(chip) + static_cast<Cycle>(chip.nne.job_start_cycles);
}

// Gaps below a beat of the bus are read with their rows (docs/timing.md), written only what is meant.
Requests fetched(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const std::int64_t plane =
      std::int64_t{tile.in_width} * tile.in_height * bytes_of(static_cast<DataType>(job.input.dtype));
  if (plane == 0) return {0, 0};
  const std::int64_t channels = input_bytes(job, chip, tile, superblock) / plane;
  return requests_of_window(job.input, tile.in_width, tile.in_height, channels, chip.axi.bytes_per_cycle);
}

Requests stored(const NneJob& job, const Chip& chip, const NneTile& tile, int superblock) {
  const int stride = job.pool_type == 0 ? 1 : job.pool_stride;
  const std::int64_t columns =
      std::min<std::int64_t>(ceil_div(tile.width, stride), job.output.width - tile.x / stride);
  const std::int64_t rows =
      std::min<std::int64_t>(ceil_div(tile.height, stride), job.output.height - tile.y / stride);
  const std::int64_t channels = kernels_in_superblock_all_cores(job, chip, superblock);
  if (columns <= 0 || rows <= 0 || channels == 0) return {0, 0};
  return requests_of_window(job.output, columns, rows, channels, 1);
}

// A piece of both maps comes and is added while the one before leaves (docs/timing.md).
Cycle estimate_of_add(const NneJob& job, const Chip& chip) {
  const auto whole = [](const TensorView& view) {
    return requests_of_window(view, view.width, view.height, view.channels, 1);
  };
  MemoryLoad load;
  Cycle read = 0;
  for (const TensorView* view : {&job.input, &job.input2}) {
    add_read(load, whole(*view), memory_of(view->address), chip);
    read += path_cycles(whole(*view), memory_of(view->address), chip);
  }
  add_written(load, whole(job.output), memory_of(job.output.address), chip);
  const std::int64_t results = std::int64_t{job.output.width} * job.output.height * job.output.channels;
  return fixed_cycles(chip) + std::max(read + add_cycles(chip, results), busy_cycles(load, chip));
}

}  // namespace

Cycle estimate(const NneJob& job, const Chip& chip) {
  if (is(job, NneOperation::add)) return estimate_of_add(job, chip);
  const std::vector<NneTile> tiles = tiles_of(job);
  const Memory input = memory_of(job.input.address), output = memory_of(job.output.address);
  // 1. What each stream and the array take.
  Cycle array = 0, post = 0;
  MemoryLoad load;
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (int s = 0; s < job.superblocks; ++s) {
      const bool fetches = t == 0 || job.kernel_cache_bytes == 0;
      array += std::max(mac_cycles(job, chip, tiles[t], s), fetches ? decode_cycles(job, chip, s) : 0);
      post += post_cycles(job, chip, tiles[t], s);
      add_read(load, fetched(job, chip, tiles[t], s), input, chip);
      add_written(load, stored(job, chip, tiles[t], s), output, chip);
    }
  }
  const std::int64_t passes = job.kernel_cache_bytes > 0 ? 1 : static_cast<std::int64_t>(tiles.size());
  add_read(load, {passes, job.coefficient_bytes}, memory_of(job.coefficients), chip);
  // 2. The array starts with the first chunk of a tile's channels; the last step's results leave when it is
  // done.
  Cycle first_fetch = 0, drain = 0;
  if (!tiles.empty()) {
    const Cycle step = path_cycles(fetched(job, chip, tiles.front(), 0), input, chip);
    first_fetch = static_cast<Cycle>(ceil_div(static_cast<std::int64_t>(step), chunks_of_input(job)));
    const int last = job.superblocks - 1;
    drain = post_cycles(job, chip, tiles.back(), last) +
            path_cycles(stored(job, chip, tiles.back(), last), output, chip);
  }
  // 3. Different memories and the array overlap.
  const auto steps = static_cast<std::int64_t>(tiles.size()) * job.superblocks;
  const auto bubbles = static_cast<Cycle>(std::max<std::int64_t>(steps - 1, 0) * chip.nne.tile_bubble_cycles);
  return fixed_cycles(chip) + bubbles + first_fetch + std::max({array, post, busy_cycles(load, chip)}) +
         drain;
}

}  // namespace trireme
