// SPDX-License-Identifier: Apache-2.0
#include "compiler/tile/tile.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "compiler/memory/caches.h"
#include "compiler/tile/pointwise.h"
#include "timing/nne.h"

namespace trireme {

namespace {

struct TileSize {
  int width, height;
};

// How many tilings finer than the coarsest are tried a direction: finer ones mostly add halos and tile
// starts.
struct Finer {
  std::int64_t widths, heights;
};

Finer finer_of(TileSearch search) { return search == TileSearch::exhaustive ? Finer{63, 63} : Finer{7, 3}; }

int round_up(int value, int step) { return static_cast<int>(ceil_div(value, step)) * step; }
int round_down(int value, int step) { return value / step * step; }

// Tile edges lie between pooling windows, or where the next one starts: multiples of the stride; 0 if windows
// overlap and the chip pools within a tile only.
int pooling_step(const NneJob& job, const Chip& chip) {
  if (job.pool_type == 0) return 1;
  return job.pool_kernel <= job.pool_stride || chip.nne.enhanced_max_pooling ? job.pool_stride : 0;
}

// Equal parts of `size` not above `limit`, whole steps, from the largest down, at most `finer` + 1 of them.
std::set<int> equal_parts(int size, int limit, int step, std::int64_t finer) {
  std::set<int> parts;
  const int most = size <= limit ? size : round_down(limit, step);
  if (most < 1) return parts;
  const std::int64_t fewest = ceil_div(size, most);
  for (std::int64_t count = fewest; count <= fewest + finer && count <= size; ++count) {
    parts.insert(std::min(round_up(static_cast<int>(ceil_div(size, count)), step), most));
  }
  return parts;
}

int interleave(const NneJob& job, const Chip& chip, int width) {
  return interleave_of(chip, span_w(job), computed_extent(chip, width, job.stride_w));
}

std::set<int> widths_of(const NneJob& job, const Chip& chip, int step, const Finer& finer) {
  std::set<int> widths = equal_parts(job.conv_width, chip.nne.max_tile_width, step, finer.widths);
  // Where the interleave changes (§2.2): one row group less a step.
  for (const int width : {16, 32, 64}) {
    if (width < job.conv_width && width <= chip.nne.max_tile_width) widths.insert(round_down(width, step));
  }
  return widths;
}

// Where any window is large enough (§1.6).
std::vector<TileSize> without_small_windows(std::vector<TileSize> sizes, const NneJob& job,
                                            const Chip& chip) {
  const auto is_small = [&](const TileSize& size) {
    const int width = std::min<int>((size.width - 1) * job.stride_w + span_w(job), job.input.width);
    const int height = std::min<int>((size.height - 1) * job.stride_h + span_h(job), job.input.height);
    return width * height < chip.nne.min_window_pixels;
  };
  if (std::all_of(sizes.begin(), sizes.end(), is_small)) return sizes;
  sizes.erase(std::remove_if(sizes.begin(), sizes.end(), is_small), sizes.end());
  return sizes;
}

std::vector<TileSize> candidates(const NneJob& job, const Chip& chip,
                                 TileSearch search = TileSearch::cheapest, std::uint64_t room = 0) {
  const Finer finer = finer_of(search);
  const int step = pooling_step(job, chip);
  const auto max_height = [&](int width) {
    return max_tile_height(chip, span_h(job), job.stride_h, interleave(job, chip, width), job.conv_height);
  };
  std::vector<TileSize> sizes;
  if (step == 0) {  // the whole map or nothing
    const bool fits =
        job.conv_width <= chip.nne.max_tile_width && max_height(job.conv_width) >= job.conv_height;
    if (fits) sizes.push_back({job.conv_width, job.conv_height});
    return sizes;
  }
  // Tiles of strided convolutions have an even number of rows (§2.2).
  const int row_step = job.stride_h > 1 && step == 1 ? 2 : step;
  for (const int width : widths_of(job, chip, step, finer)) {
    const int limit = max_height(width);
    if (limit == 1 && step == 1) sizes.push_back({width, 1});
    std::set<int> heights = equal_parts(job.conv_height, limit, row_step, finer.heights);
    // The highest that is read from DRAM once for all superblocks (§2.3).
    heights.merge(equal_parts(job.conv_height, std::min(limit, cached_rows(job, width, room)), row_step, 0));
    for (const int height : heights) sizes.push_back({width, height});
  }
  return without_small_windows(std::move(sizes), job, chip);
}

NneJob with_tile(NneJob job, const Chip& chip, const TileSize& size) {
  const int row_groups = interleave(job, chip, size.width);
  const int channels = static_cast<int>(job.output.channels);
  const int kernels_per_core = static_cast<int>(ceil_div(channels, chip.nne.cores));
  const int at_once =
      kernels_at_once(chip, std::max(span_w(job), span_h(job)), std::max(job.stride_w, job.stride_h),
                      size.width, size.height, row_groups, channels);
  job.tile_w = static_cast<std::uint16_t>(size.width);
  job.tile_h = static_cast<std::uint16_t>(size.height);
  job.interleave = static_cast<std::uint8_t>(row_groups);
  // Superblocks of equal size rather than full ones and a rest (§2.2).
  const std::int64_t superblocks = ceil_div(kernels_per_core, at_once);
  job.kernels_per_core = static_cast<std::uint16_t>(ceil_div(kernels_per_core, superblocks));
  job.superblocks = static_cast<std::uint16_t>(ceil_div(kernels_per_core, job.kernels_per_core));
  return job;
}

// Weights as they are, blocks filled up, without the zeros of other groups: until the coding is known.
std::uint32_t uncoded_bytes(const NneJob& job, const Chip& chip) {
  const bool depthwise = is(job, NneOperation::depthwise);
  const std::int64_t depth = depthwise ? 1 : ceil_div(job.input.channels, std::max<int>(job.groups, 1));
  const std::int64_t weights = std::int64_t{job.kernel_w} * job.kernel_h * depth;
  const std::int64_t blocks = ceil_div(weights, chip.nne.coefficient_block) * job.output.channels;
  const std::int64_t bytes =
      blocks * chip.nne.coefficient_block * bytes_of(static_cast<DataType>(job.weight_dtype));
  return static_cast<std::uint32_t>(std::min<std::int64_t>(bytes, 0xFFFFFFFF));
}

// Fewer tiles, then wider, then higher ones.
auto coarseness(const NneJob& job) {
  const std::int64_t tiles = ceil_div(job.conv_width, job.tile_w) * ceil_div(job.conv_height, job.tile_h);
  return std::make_tuple(tiles, -int{job.tile_w}, -int{job.tile_h});
}

Cycle cycles_of(const NneJob& job, const Chip& chip, std::uint64_t room, KnownTiling& known) {
  const auto [prices, first_time] = known.prices.try_emplace({job.conv_width, job.tile_w, job.tile_h});
  if (first_time) prices->second = cache_prices(job, chip);
  return cheapest_within(prices->second, room).cycles;
}

// Coarser ones decide between equal costs.
auto rank(const NneJob& job, const Chip& chip, TileSearch search, std::uint64_t room, KnownTiling& known) {
  return std::make_pair(search == TileSearch::coarsest ? Cycle{0} : cycles_of(job, chip, room, known),
                        coarseness(job));
}

// The job with the rows it has, and a pointwise one with those that fill the lanes.
std::vector<NneJob> shapes_of(const NneJob& job, const Chip& chip) {
  std::vector<NneJob> shapes = {job};
  const int width = pointwise_width(job, chip);
  if (width == job.conv_width) return shapes;
  shapes.push_back(job);
  set_width(shapes.back(), width);
  return shapes;
}

std::vector<NneJob> tilings(const NneJob& job, const Chip& chip, TileSearch search, std::uint64_t room) {
  std::vector<NneJob> all;
  for (const NneJob& shape : shapes_of(job, chip)) {
    for (const TileSize& size : candidates(shape, chip, search, room))
      all.push_back(with_tile(shape, chip, size));
  }
  return all;
}

NneJob tiled(NneJob job, const Chip& chip, TileSearch search, std::uint64_t room, KnownTiling& known) {
  job.coefficient_bytes = uncoded_bytes(job, chip);
  const std::vector<NneJob> all = tilings(job, chip, search, room);
  if (all.empty()) {
    throw Error("", "no tile of its result fits the array's buffers", "use a smaller kernel or stride");
  }
  const NneJob* best = &all.front();
  auto best_rank = rank(*best, chip, search, room, known);
  for (const NneJob& candidate : all) {
    const auto candidate_rank = rank(candidate, chip, search, room, known);
    if (candidate_rank >= best_rank) continue;
    best = &candidate;
    best_rank = candidate_rank;
  }
  return *best;
}

}  // namespace

NneJob tiled(NneJob job, const Chip& chip, TileSearch search, std::uint64_t room) {
  KnownTiling none;
  return tiled(job, chip, search, room, none);
}

std::vector<NneJob> tilings(const NneJob& job, const Chip& chip, std::uint64_t room) {
  return tilings(job, chip, TileSearch::cheapest, room);
}

bool has_tiling(const NneJob& job, const Chip& chip) { return !candidates(job, chip).empty(); }

void take_tiling(NneJob& job, const NneJob& from) {
  if (job.conv_width != from.conv_width) set_width(job, from.conv_width);
  job.tile_w = from.tile_w;
  job.tile_h = std::min(from.tile_h, job.conv_height);
  job.interleave = from.interleave;
  job.kernels_per_core = from.kernels_per_core;
  job.superblocks = from.superblocks;
  job.coefficient_bytes = from.coefficient_bytes;
}

void tile(Plan& plan, const Chip& chip, TileSearch search, const PlacedMaps& maps) {
  KnownTilings none;
  tile(plan, chip, search, maps, none);
}

void tile(Plan& plan, const Chip& chip, TileSearch search, const PlacedMaps& maps, KnownTilings& known) {
  Plan placed = plan;
  set_addresses(placed, maps.storage);
  const std::vector<JobPlace> places = job_places(plan);
  Problems problems;
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto* job = std::get_if<NneJob>(&job_at(plan, places[i]).job);
    if (job == nullptr || is(*job, NneOperation::add)) continue;
    const std::uint64_t room = room_for_caches(maps, i);
    try {
      const auto& there = std::get<NneJob>(job_at(placed, places[i]).job);
      KnownTiling& tiling = known[{i, memory_of(there.input.address), memory_of(there.output.address)}];
      auto best = tiling.best.find(room);
      if (best == tiling.best.end())
        best = tiling.best.emplace(room, tiled(there, chip, search, room, tiling)).first;
      take_tiling(*job, best->second);
    } catch (const Error& error) {
      for (const Problem& problem : error.problems())
        problems.add(where_of(plan.graph, plan.layers[places[i].layer]), problem.what, problem.hint);
    }
  }
  problems.throw_if_any();
}

}  // namespace trireme
