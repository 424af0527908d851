// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/search.h"

#include <algorithm>
#include <set>

#include "compiler/tile/tile.h"
#include "timing/nne.h"

namespace trireme {

namespace {

constexpr std::size_t kLongestRun = 6;  // halos grow with every kernel: longer runs have not paid
constexpr int kMostBands = 64;
// A run must save an eighth: more than the estimates of small maps are off (docs/timing.md, "Bands of rows").
constexpr Cycle kWorth = 8;
constexpr int kHeights = 4;  // that are priced: the fewest bands that fit, and one, two, three more

std::uint64_t bytes_of_buffer(const Trial& trial, ValueId value) {
  const std::uint32_t buffer = trial.storage.buffer_of_value[value];
  return buffer == kNone ? 0 : trial.storage.buffers[buffer].bytes;
}

// What the values that are not inside the run leave free during all of it.
struct Room {
  std::uint64_t vip = 0, axi = 0;
};

std::uint64_t free_bytes(const SramConfig& sram, std::uint64_t used) {
  const auto all = static_cast<std::uint64_t>(std::max<std::int64_t>(sram.bytes - sram.reserved_bytes, 0));
  return all - std::min(all, used);
}

Room room_for(const Search& search, const std::vector<ChainLayer>& run) {
  const std::vector<std::uint32_t> first = first_jobs(search.plan);
  std::uint64_t vip = 0, axi = 0;
  for (std::uint32_t job = first[run.front().layer]; job <= first[run.back().layer]; ++job) {
    std::uint64_t vip_inside = 0, axi_inside = 0;
    for (std::size_t i = 0; i + 1 < run.size(); ++i) {
      const ValueId value = search.plan.layers[run[i].layer].output;
      const bool alive = first[run[i].layer] <= job && job <= first[run[i + 1].layer];
      const Memory memory = memory_of_value(search.trial, value);
      if (alive && memory == Memory::vip_sram) vip_inside += bytes_of_buffer(search.trial, value);
      if (alive && memory == Memory::axi_sram) axi_inside += bytes_of_buffer(search.trial, value);
    }
    vip = std::max(vip, search.trial.vip_used[job] - vip_inside);
    axi = std::max(axi, search.trial.axi_used[job] - axi_inside);
  }
  return {free_bytes(search.chip.vip_sram, vip), free_bytes(search.chip.axi_sram, axi)};
}

// The operand of an addition that does not come from the layer before.
ValueId other_operand(const Search& search, const ChainLayer& layer) {
  const PlannedJob& planned = search.plan.layers[layer.layer].jobs.front();
  const std::size_t view = layer.second ? offsetof(NneJob, input) : offsetof(NneJob, input2);
  for (const AddressLink& link : planned.links) {
    if (link.field == address_field(view)) return link.storage.index;
  }
  return kNone;
}

RunMaps maps_of(const Search& search, const std::vector<ChainLayer>& run, Memory scratch) {
  RunMaps maps;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const PlannedLayer& layer = search.plan.layers[run[i].layer];
    const ValueId other = other_operand(search, run[i]);
    maps.input.push_back(i == 0 ? memory_of_value(search.trial, layer.input) : scratch);
    maps.output.push_back(i + 1 == run.size() ? memory_of_value(search.trial, layer.output) : scratch);
    maps.other.push_back(other == kNone ? Memory::dram : memory_of_value(search.trial, other));
  }
  return maps;
}

bool same_rows(const NneJob& a, const NneJob& b) {
  return a.conv_height == b.conv_height && a.input.height == b.input.height && a.pad_top == b.pad_top &&
         a.output.height == b.output.height;
}

// Bands of the same height cost the same. Coefficients are decoded once a job if there is room for them.
Cycle cost_of(const Bands& bands, const Chip& chip, std::uint64_t room) {
  Cycle sum = 0;
  for (std::size_t i = 0; i < bands.front().size(); ++i) {
    Cycle last = 0;
    for (std::size_t b = 0; b < bands.size(); ++b) {
      if (b == 0 || !same_rows(bands[b][i].job, bands[b - 1][i].job)) {
        NneJob job = bands[b][i].job;
        if (job.coefficient_bytes <= room) job.kernel_cache_bytes = job.coefficient_bytes;
        last = estimate(job, chip);
      }
      sum += last;
    }
  }
  return sum;
}

Cycle cycles_apart(const Search& search, const std::vector<ChainLayer>& run) {
  Cycle sum = 0;
  for (const ChainLayer& layer : run) sum += search.trial.cycles[layer.layer];
  return sum;
}

// The most rows of which bands fit; 0 if not even bands of one row do.
int highest_band(const std::vector<NneJob>& jobs, const std::vector<ChainLayer>& run, std::uint64_t room) {
  int low = 0, high = jobs.back().output.height;
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

void try_scratch_in(const Search& search, Memory scratch, const Room& room, Candidate& best) {
  const std::vector<NneJob> jobs = jobs_of_run(search.plan, best.run, maps_of(search, best.run, scratch));
  const std::uint64_t bytes = scratch == Memory::vip_sram ? room.vip : room.axi;
  const int highest = highest_band(jobs, best.run, bytes);
  if (highest == 0) return;
  for (const int rows : heights_of(jobs.back().output.height, highest)) {
    Bands bands = bands_of_run(jobs, best.run, rows);
    if (!tile_bands(bands, search.chip, TileSearch::cheapest)) continue;
    const std::uint64_t left = room.vip - (scratch == Memory::vip_sram ? scratch_bytes(bands) : 0);
    const Cycle cycles = cost_of(bands, search.chip, left);
    if (best.rows != 0 && cycles >= best.cycles) continue;
    best.rows = rows;
    best.cycles = cycles;
    best.scratch = scratch;
  }
}

// Extending a run over a map that is on chip anyway saves nothing.
bool worth_trying(const Search& search, const std::vector<ChainLayer>& run) {
  const auto in_dram = [&](const ChainLayer& layer) {
    return memory_of_value(search.trial, search.plan.layers[layer.layer].output) == Memory::dram;
  };
  return in_dram(run.front()) && in_dram(run[run.size() - 2]);
}

}  // namespace

std::optional<Candidate> best_bands(const Search& search, const std::vector<ChainLayer>& run) {
  const Room room = room_for(search, run);
  Candidate best;
  best.run = run;
  best.apart = cycles_apart(search, run);
  if (room.vip > 0 && search.chip.vip_sram.feature_maps) try_scratch_in(search, Memory::vip_sram, room, best);
  if (room.axi > 0) try_scratch_in(search, Memory::axi_sram, room, best);
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
  const RunMaps maps = maps_of(search, candidate.run, candidate.scratch);
  Bands bands = bands_of_run(jobs_of_run(search.plan, candidate.run, maps), candidate.run, candidate.rows);
  if (!tile_bands(bands, search.chip, tiles)) return {};
  return bands;
}

}  // namespace trireme
