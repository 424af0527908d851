// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/band.h"

#include <algorithm>

#include "compiler/band/search.h"

namespace trireme {

namespace {

// By main nodes: indices of layers move when groups are formed.
struct Wanted {
  std::vector<NodeId> nodes;
  Candidate candidate;
};

std::vector<Wanted> wanted_groups(const Plan& plan, const Search& search) {
  std::vector<Wanted> wanted;
  for (const std::vector<ChainLayer>& chain : chains_of(plan)) {
    for (Candidate& candidate : best_runs(search, chain)) {
      Wanted group;
      for (const ChainLayer& layer : candidate.run) group.nodes.push_back(plan.layers[layer.layer].node);
      group.candidate = std::move(candidate);
      wanted.push_back(std::move(group));
    }
  }
  const auto saved = [](const Wanted& group) { return group.candidate.apart - group.candidate.cycles; };
  std::stable_sort(wanted.begin(), wanted.end(),
                   [&](const Wanted& a, const Wanted& b) { return saved(a) > saved(b); });
  return wanted;
}

void find_layers(const Plan& plan, Wanted& group) {
  for (std::size_t i = 0; i < group.nodes.size(); ++i) {
    const auto found = std::find_if(plan.layers.begin(), plan.layers.end(),
                                    [&](const PlannedLayer& layer) { return layer.node == group.nodes[i]; });
    group.candidate.run[i].layer = static_cast<std::size_t>(found - plan.layers.begin());
  }
}

bool scratch_on_chip(const Trial& trial, std::size_t first) {
  const Storage& storage = trial.maps.storage;
  for (std::size_t i = first; i < storage.buffer_of_scratch.size(); ++i) {
    if (is_dram(storage.buffers[storage.buffer_of_scratch[i]].address)) return false;
  }
  return true;
}

// Forms the group if all maps together still have their place and the whole plan gets cheaper.
void try_group(Plan& plan, Trial& trial, Wanted& group, const Chip& chip, TileSearch tiles) {
  find_layers(plan, group);
  const Search search{plan, chip, trial};
  const Candidate& candidate = group.candidate;
  const Bands bands = bands_of_candidate(search, candidate, tiles);
  if (bands.empty()) return;
  const Banding banding{static_cast<int>(bands.size()), candidate.rows, candidate.cycles, candidate.apart};
  Plan grouped = plan;
  form_group(grouped, candidate.run, bands, banding);
  Trial after = trial_of(grouped, chip);
  if (after.total >= trial.total || !scratch_on_chip(after, plan.scratch.size())) return;
  plan = std::move(grouped);
  trial = std::move(after);
}

}  // namespace

// Scratch lies in the VIP-SRAM: on a chip that keeps no maps there, no counter or latency speaks for bands
// (docs/timing.md, "What came out").
void band(Plan& plan, const Chip& chip, TileSearch tiles) {
  if (!chip.vip_sram.feature_maps) return;
  Trial trial = trial_of(plan, chip);
  std::vector<Wanted> wanted = wanted_groups(plan, {plan, chip, trial});
  for (Wanted& group : wanted) try_group(plan, trial, group, chip, tiles);
}

}  // namespace trireme
