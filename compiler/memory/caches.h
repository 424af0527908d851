// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/memory/allocator.h"
#include "compiler/plan/plan.h"
#include "timing/cycles.h"

namespace trireme {

// Kernel and image caches of NNE jobs in what is left of the on-chip SRAM, where they save traffic over the
// bus (hardware.md §2.3): coefficients are read once a tile, the input once a superblock. The cheapest by
// timing's estimate that finds room.
void place_caches(Plan& plan, const Chip& chip, Allocator& vip_sram);

// What the job takes with the caches it could have, by the estimate: the most caches first, none last.
struct CachePrice {
  std::int64_t kernel, image;  // bytes
  Cycle cycles;
};
std::vector<CachePrice> cache_prices(const NneJob& job, const Chip& chip);
const CachePrice& cheapest_within(const std::vector<CachePrice>& prices, std::uint64_t room);

// The job with the caches it would have of so many free bytes, sizes only and none fetched ahead, and what it
// takes with them by the estimate.
struct CachedJob {
  NneJob job;
  Cycle cycles;
};
CachedJob with_caches(const NneJob& job, const Chip& chip, std::uint64_t room);
// The most rows of a result `width` wide whose input, all channels, `room` bytes can cache; 0: none, or it
// would save nothing.
int cached_rows(const NneJob& job, int width, std::uint64_t room);

}  // namespace trireme
