// SPDX-License-Identifier: Apache-2.0
// Which runs of a chain should be cut into bands, and how high.
#pragma once

#include <optional>
#include <vector>

#include "compiler/band/group.h"
#include "compiler/memory/trial.h"

namespace trireme {

struct Candidate {
  std::vector<ChainLayer> run;
  int rows = 0;  // of the last layer's output in a band
  Cycle cycles = 0, apart = 0;
  std::uint64_t room = 0;  // what maps and scratch leave of the VIP-SRAM
};

struct Search {
  const Plan& plan;
  const Chip& chip;
  const Trial& trial;
};

// The cheapest height of a run's bands whose scratch fits what the other maps leave of an on-chip memory;
// nothing if none does or the best saves too little.
std::optional<Candidate> best_bands(const Search& search, const std::vector<ChainLayer>& run);

// The split of a chain into runs and single layers whose sum of estimates is least: the runs of it.
std::vector<Candidate> best_runs(const Search& search, const std::vector<ChainLayer>& chain);

// A candidate's jobs, tiled as thoroughly as wanted.
Bands bands_of_candidate(const Search& search, const Candidate& candidate, TileSearch tiles);

}  // namespace trireme
