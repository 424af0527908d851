// SPDX-License-Identifier: Apache-2.0
// In which order the jobs of a run's bands stand in the command stream, and how long they take together.
#pragma once

#include <vector>

#include "compiler/band/rows.h"
#include "timing/cycles.h"

namespace trireme {

using Bands = std::vector<std::vector<BandedJob>>;  // by band, then by layer of the run

// A job of a band.
struct Step {
  std::size_t band, layer;
};

// Band after band; behind every layer of the TP one band later, so that the array works on the next band
// meanwhile. Engines take their jobs in this order.
std::vector<Step> order_of(const Bands& bands);

// When the last of these jobs is done: each starts when its engine has finished the one before, and the band
// its layer before. `prices`: as `bands`.
Cycle cycles_of(const Bands& bands, const std::vector<std::vector<Cycle>>& prices);

}  // namespace trireme
