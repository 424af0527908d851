// SPDX-License-Identifier: Apache-2.0
// How a convolution's result is cut into tiles, and how many kernels a core holds at once (hardware.md §2.2).
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "compiler/memory/caches.h"
#include "compiler/memory/maps.h"
#include "compiler/plan/options.h"
#include "compiler/plan/plan.h"

namespace trireme {

// The cheapest tiling of every NNE job by timing's estimate: maps where they would lie, caches in what they
// leave of the VIP-SRAM, coefficients in DRAM and uncoded, for streams do not exist yet.
void tile(Plan& plan, const Chip& chip, TileSearch search, const PlacedMaps& maps);

// What was found for a job: by room for caches, and prices by the width of its rows and the tile's sizes.
struct KnownTiling {
  std::map<std::uint64_t, NneJob> best;
  std::map<std::tuple<int, int, int>, std::vector<CachePrice>> prices;
};
// By the job's place in the command stream and memories of its input and result: for a plan that is tiled
// again and again, only maps moving in between.
using KnownTilings = std::map<std::tuple<std::size_t, Memory, Memory>, KnownTiling>;
void tile(Plan& plan, const Chip& chip, TileSearch search, const PlacedMaps& maps, KnownTilings& known);

// The same for one job whose views have addresses, caches in `room` bytes; a pointwise one may come back with
// its planes as rows of another width. Error if none fits the chip's buffers.
NneJob tiled(NneJob job, const Chip& chip, TileSearch search = TileSearch::cheapest, std::uint64_t room = 0);
// Takes over the other one's rows, where its tiles lie, its superblocks and uncoded bytes; no tile is higher
// than the job.
void take_tiling(NneJob& job, const NneJob& from);
// All that `cheapest` prices.
std::vector<NneJob> tilings(const NneJob& job, const Chip& chip, std::uint64_t room);

// Whether any tiling respects the chip's buffers and the job's pooling windows.
bool has_tiling(const NneJob& job, const Chip& chip);

}  // namespace trireme
