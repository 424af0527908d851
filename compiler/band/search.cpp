// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/search.h"

#include <algorithm>
#include <set>

#include "compiler/memory/caches.h"
#include "compiler/tile/tile.h"
#include "timing/nne.h"
#include "timing/tp.h"

namespace trireme {

namespace {

constexpr std::size_t kLongestRun = 6;  // halos grow with every kernel: longer runs have not paid
constexpr int kMostBands = 64;
// A run must save an eighth: more than the estimates of small maps are off (docs/timing.md, "Bands of rows").
constexpr Cycle kWorth = 8;
constexpr int kHeights = 4;  // that are priced: the fewest bands that fit, and one, two, three more

std::uint64_t bytes_of_buffer(const Storage& storage, ValueId value) {
  const std::uint32_t buffer = storage.buffer_of_value[value];
  return buffer == kNone ? 0 : storage.buffers[buffer].bytes;
}

// What the values that are not inside the run leave free of the VIP-SRAM during all of it.
std::uint64_t room_for(const Search& search, const std::vector<ChainLayer>& run) {
  const PlacedMaps& maps = search.trial.maps;
  const std::vector<std::uint32_t> first = first_jobs(search.plan);
  std::uint64_t most = 0;
  for (std::uint32_t job = first[run.front().layer]; job <= first[run.back().layer]; ++job) {
    std::uint64_t inside = 0;
    for (std::size_t i = 0; i + 1 < run.size(); ++i) {
      const ValueId value = search.plan.layers[run[i].layer].output;
      const bool alive = first[run[i].layer] <= job && job <= first[run[i + 1].layer];
      if (alive && memory_of_value(maps.storage, value) == Memory::vip_sram)
        inside += bytes_of_buffer(maps.storage, value);
    }
    most = std::max(most, maps.vip_used[job] - inside);
  }
  return maps.vip_bytes - std::min(maps.vip_bytes, most);
}

// The operand of an addition that does not come from the layer before.
ValueId other_operand(const Search& search, const ChainLayer& layer) {
  const PlannedJob& planned = search.plan.layers[layer.layer].jobs.back();
  const std::size_t view = layer.second ? offsetof(NneJob, input) : offsetof(NneJob, input2);
  for (const AddressLink& link : planned.links) {
    if (link.field == address_field(view)) return link.storage.index;
  }
  return kNone;
}

Memory memory_of_scratch(const Search& search, std::uint32_t scratch) {
  const Storage& storage = search.trial.maps.storage;
  return memory_of(storage.buffers[storage.buffer_of_scratch[scratch]].address);
}

// Of the layer's job on maps: the phases that its jobs before make, or the layer's own input.
Memory memory_of_input(const Search& search, const PlannedLayer& layer) {
  for (const AddressLink& link : layer.jobs.back().links) {
    if (link.storage.kind == StorageRef::Kind::scratch) return memory_of_scratch(search, link.storage.index);
  }
  return memory_of_value(search.trial.maps.storage, layer.input);
}

// The TP's jobs that make the phases the run begins with.
Cycle cycles_before(const Search& search, const PlannedLayer& layer) {
  Cycle sum = 0;
  for (std::size_t i = 0; i + 1 < layer.jobs.size(); ++i) {
    auto job = std::get<TpJob>(layer.jobs[i].job);
    job.input.address = base_of(memory_of_value(search.trial.maps.storage, layer.input));
    job.output.address = base_of(memory_of_input(search, layer));
    sum += estimate(job, search.chip);
  }
  return sum;
}

RunMaps maps_of(const Search& search, const std::vector<ChainLayer>& run) {
  RunMaps maps;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const PlannedLayer& layer = search.plan.layers[run[i].layer];
    const ValueId other = other_operand(search, run[i]);
    maps.input.push_back(i == 0 ? memory_of_input(search, layer) : Memory::vip_sram);
    maps.output.push_back(i + 1 == run.size() ? memory_of_value(search.trial.maps.storage, layer.output)
                                              : Memory::vip_sram);
    maps.other.push_back(other == kNone ? Memory::dram : memory_of_value(search.trial.maps.storage, other));
  }
  return maps;
}

// Jobs of one layer that cost the same.
bool same_rows(const Job& a, const Job& b) {
  const auto* x = std::get_if<NneJob>(&a);
  const auto* y = std::get_if<NneJob>(&b);
  if (x != nullptr && (x->conv_height != y->conv_height || x->pad_top != y->pad_top)) return false;
  return input_of(a).height == input_of(b).height && output_of(a).height == output_of(b).height;
}

Cycle price_of(const Job& job, const Chip& chip, std::uint64_t room) {
  if (const auto* tp = std::get_if<TpJob>(&job)) return estimate(*tp, chip);
  return with_caches(std::get<NneJob>(job), chip, room).cycles;
}

Cycle cost_of(const Bands& bands, const Chip& chip, std::uint64_t room) {
  std::vector<std::vector<Cycle>> prices(bands.size(), std::vector<Cycle>(bands.front().size()));
  for (std::size_t b = 0; b < bands.size(); ++b) {
    for (std::size_t i = 0; i < bands[b].size(); ++i) {
      const bool known = b > 0 && same_rows(bands[b][i].job, bands[b - 1][i].job);
      prices[b][i] = known ? prices[b - 1][i] : price_of(bands[b][i].job, chip, room);
    }
  }
  return cycles_of(bands, prices);
}

Cycle cycles_apart(const Search& search, const std::vector<ChainLayer>& run) {
  Cycle sum = 0;
  for (const ChainLayer& layer : run) sum += search.trial.cycles[layer.layer];
  return sum;
}

// The most rows of which bands fit; 0 if not even bands of one row do.
int highest_band(const std::vector<Job>& jobs, const std::vector<ChainLayer>& run, std::uint64_t room) {
  int low = 0, high = output_of(jobs.back()).height;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    const bool fits = scratch_bytes(bands_of_run(jobs, run, middle)) <= room;
    low = fits ? middle : low;
    high = fits ? high : middle - 1;
  }
  return low;
}

// Equal bands, the fewest first.
std::set<int> heights_of(int height, int highest) {
  std::set<int> heights;
  const auto fewest = static_cast<int>(ceil_div(height, highest));
  for (int bands = std::max(fewest, 2); bands < std::max(fewest, 2) + kHeights; ++bands) {
    if (bands <= std::min(height, kMostBands)) heights.insert(static_cast<int>(ceil_div(height, bands)));
  }
  return heights;
}

void price_heights(const Search& search, std::uint64_t room, Candidate& best) {
  const std::vector<Job> jobs = jobs_of_run(search.plan, best.run, maps_of(search, best.run));
  const int highest = highest_band(jobs, best.run, room);
  if (highest == 0) return;
  for (const int rows : heights_of(output_of(jobs.back()).height, highest)) {
    Bands bands = bands_of_run(jobs, best.run, rows);
    const std::uint64_t left = room - scratch_bytes(bands);
    if (!tile_bands(bands, search.chip, TileSearch::cheapest, left)) continue;
    const Cycle cycles = cost_of(bands, search.chip, left);
    if (best.rows != 0 && cycles >= best.cycles) continue;
    best.rows = rows;
    best.cycles = cycles;
    best.room = left;
  }
}

// Extending a run over a map that is on chip anyway saves nothing.
bool worth_trying(const Search& search, const std::vector<ChainLayer>& run) {
  const auto in_dram = [&](const ChainLayer& layer) {
    return memory_of_value(search.trial.maps.storage, search.plan.layers[layer.layer].output) == Memory::dram;
  };
  return in_dram(run.front()) && in_dram(run[run.size() - 2]);
}

}  // namespace

std::optional<Candidate> best_bands(const Search& search, const std::vector<ChainLayer>& run) {
  Candidate best;
  best.run = run;
  best.apart = cycles_apart(search, run);
  price_heights(search, room_for(search, run), best);
  best.cycles += cycles_before(search, search.plan.layers[run.front().layer]);
  if (best.rows == 0 || best.cycles + best.apart / kWorth > best.apart) return std::nullopt;
  return best;
}

std::vector<Candidate> best_runs(const Search& search, const std::vector<ChainLayer>& chain) {
  // Of the first layers of the chain: the least cost, and the run that ends there (none: a single layer).
  std::vector<Cycle> cost(chain.size() + 1, 0);
  std::vector<std::optional<Candidate>> ending(chain.size() + 1);
  for (std::size_t end = 1; end <= chain.size(); ++end) {
    cost[end] = cost[end - 1] + search.trial.cycles[chain[end - 1].layer];
    for (std::size_t length = 2; length <= std::min(end, kLongestRun); ++length) {
      const auto last = chain.begin() + static_cast<std::ptrdiff_t>(end);
      const std::vector<ChainLayer> run(last - static_cast<std::ptrdiff_t>(length), last);
      if (!worth_trying(search, run)) continue;
      const std::optional<Candidate> candidate = best_bands(search, run);
      if (!candidate || cost[end - length] + candidate->cycles >= cost[end]) continue;
      cost[end] = cost[end - length] + candidate->cycles;
      ending[end] = candidate;
    }
  }
  std::vector<Candidate> runs;
  for (std::size_t end = chain.size(); end > 0;) {
    if (ending[end]) runs.push_back(*ending[end]);
    end -= ending[end] ? ending[end]->run.size() : 1;
  }
  return runs;
}

Bands bands_of_candidate(const Search& search, const Candidate& candidate, TileSearch tiles) {
  const RunMaps maps = maps_of(search, candidate.run);
  Bands bands = bands_of_run(jobs_of_run(search.plan, candidate.run, maps), candidate.run, candidate.rows);
  if (!tile_bands(bands, search.chip, tiles, candidate.room)) return {};
  return bands;
}

}  // namespace trireme
