// SPDX-License-Identifier: Apache-2.0
// A run of layers as one layer of the plan, whose jobs come band by band.
#pragma once

#include "compiler/band/chain.h"
#include "compiler/band/schedule.h"
#include "compiler/plan/options.h"

namespace trireme {

// Of a map whose memory alone counts, for it has no place there yet.
Address base_of(Memory memory);

// Where the maps of a run lie: the first one's input, what each writes, and the additions' other operands.
struct RunMaps {
  std::vector<Memory> input, output, other;  // of each layer
};

// The jobs of the run's layers with the addresses of their maps' memories, so that they can be priced.
std::vector<Job> jobs_of_run(const Plan& plan, const std::vector<ChainLayer>& run, const RunMaps& maps);

// Not tiled yet. Views of what stays inside the run are those of scratch as high as the band.
Bands bands_of_run(const std::vector<Job>& jobs, const std::vector<ChainLayer>& run, int rows);

// One tiling and one set of coefficients a layer: those of its highest band, caches in `room` bytes. False: a
// band has no tiling, or sees nothing but padding.
bool tile_bands(Bands& bands, const Chip& chip, TileSearch search, std::uint64_t room);

// Most bytes of scratch that live together, from the job that writes them to the one that reads them.
std::uint64_t scratch_bytes(const Bands& bands);

// Puts the layers together where the last one stood.
void form_group(Plan& plan, const std::vector<ChainLayer>& run, const Bands& bands, const Banding& banding);

}  // namespace trireme
