// SPDX-License-Identifier: Apache-2.0
#include "compiler/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "compiler/memory/caches.h"
#include "compiler/memory/maps.h"
#include "compiler/memory/storage.h"
#include "compiler/tile/pointwise.h"
#include "compiler/tile/tile.h"
#include "support/text.h"
#include "timing/host.h"
#include "timing/nne.h"
#include "timing/tp.h"

namespace trireme {

namespace {

constexpr std::size_t kRunnersUp = 3;

// What else could be chosen depends on it: the width of the layer's map, 0 if the job computes another one,
// and the VIP-SRAM's bytes that caches may take.
struct Around {
  int map_width;
  std::uint64_t room;
};

std::string tiling_text(const NneJob& job) {
  return fmt::format("tile {}x{} of {}x{}, {}, {} a core x {}", job.tile_w, job.tile_h, job.conv_width,
                     job.conv_height, counted(job.interleave, "row group"),
                     counted(job.kernels_per_core, "kernel"), counted(job.superblocks, "superblock"));
}

std::string caches_text(const NneJob& job) {
  const bool kernels = job.kernel_cache_bytes > 0, image = job.image_cache_bytes > 0;
  if (kernels && image) return "coefficients and image cached";
  if (kernels) return "coefficients cached";
  return image ? "image cached" : "";
}

std::string also(const std::string& text) { return text.empty() ? "" : ", " + text; }

bool same_tiling(const NneJob& a, const NneJob& b) {
  return a.conv_width == b.conv_width && a.tile_w == b.tile_w && a.tile_h == b.tile_h &&
         a.kernels_per_core == b.kernels_per_core;
}

// Of the job without its caches, and of the rows that its map has if the job sees others.
std::vector<NneJob> tilings_of(NneJob job, const Chip& chip, const Around& around) {
  job.kernel_cache_bytes = job.image_cache_bytes = 0;
  job.prefetch = 0;
  std::vector<NneJob> all = tilings(job, chip, around.room);
  const int map_width = around.map_width;
  const int pixels = int{job.conv_width} * job.conv_height;
  if (map_width == 0 || map_width == job.conv_width || !is_pointwise(job) || pixels % map_width != 0)
    return all;
  NneJob in_rows = job;
  set_width(in_rows, map_width);
  for (const NneJob& tiling : tilings(in_rows, chip, around.room)) all.push_back(tiling);
  return all;
}

ExplainedJob explained(const NneJob& job, const Chip& chip, const Around& around) {
  ExplainedJob result;
  if (is(job, NneOperation::add)) {
    result.chosen.what = "addition of two maps behind the array";
    return result;
  }
  result.chosen = {tiling_text(job), estimate(job, chip)};
  result.caches = caches_text(job);
  for (const NneJob& other : tilings_of(job, chip, around)) {
    if (same_tiling(job, other)) continue;
    const CachedJob cached = with_caches(other, chip, around.room);
    result.runners_up.push_back({tiling_text(other) + also(caches_text(cached.job)), cached.cycles});
  }
  std::stable_sort(result.runners_up.begin(), result.runners_up.end(),
                   [](const Choice& a, const Choice& b) { return a.cycles < b.cycles; });
  if (result.runners_up.size() > kRunnersUp) result.runners_up.resize(kRunnersUp);
  return result;
}

ExplainedJob explained(const TpJob& job, const Chip& chip) {
  static const char* const kNames[] = {"max pooling",     "average pooling",
                                       "transpose",       "table",
                                       "fully connected", "copy",
                                       "reshuffle",       "local response normalization"};
  return {"", {kNames[job.header.operation], estimate(job, chip)}, "", {}};
}

ExplainedJob explained(const PpuJob& job) {
  return {"", {fmt::format("program of {} threads", job.threads), 0}, "", {}};
}

ExplainedJob explained(const HostJob& job, const Chip& chip) {
  return {
      "", {"step of the host", static_cast<Cycle>(chip.host.launch_cycles) + host_cycles(job, chip)}, "", {}};
}

ExplainedJob explained(const Job& job, const Chip& chip, const Around& around) {
  if (const auto* nne = std::get_if<NneJob>(&job)) return explained(*nne, chip, around);
  if (const auto* tp = std::get_if<TpJob>(&job)) return explained(*tp, chip);
  if (const auto* ppu = std::get_if<PpuJob>(&job)) return explained(*ppu);
  return explained(std::get<HostJob>(job), chip);
}

// Bands of the same height are explained once.
std::vector<const PlannedJob*> different_jobs(const PlannedLayer& layer) {
  std::vector<const PlannedJob*> jobs;
  std::set<std::pair<std::uint32_t, int>> seen;
  for (const PlannedJob& planned : layer.jobs) {
    const auto* job = std::get_if<NneJob>(&planned.job);
    const bool again =
        layer.banding.bands > 0 && job != nullptr && !seen.insert({planned.part, job->output.height}).second;
    if (!again) jobs.push_back(&planned);
  }
  return jobs;
}

std::vector<Choice> choices_of(const Banding& banding) {
  if (banding.bands == 0) return {};
  return {{fmt::format("{} of up to {}", counted(static_cast<std::uint64_t>(banding.bands), "band"),
                       counted(static_cast<std::uint64_t>(banding.rows), "row")),
           banding.cycles},
          {"layer by layer", banding.apart}};
}

std::vector<Choice> budgets_of(const Plan& plan) {
  std::vector<Choice> choices;
  for (const Budget& budget : plan.budgets)
    choices.push_back(
        {fmt::format("made for {} B of the VIP-SRAM", with_thousands(budget.bytes)), budget.cycles});
  if (!choices.empty() && plan.vip_sram_budget > plan.budgets.front().bytes)
    choices.front().what += fmt::format(", maps and caches in {} B once coefficients were coded",
                                        with_thousands(plan.vip_sram_budget));
  return choices;
}

// Where the map goes is said if it could be in the VIP-SRAM: left to caches (compiler/tile/residency.h), or
// joined by a concat.
std::string reason_of(const Plan& plan, const PlannedLayer& layer, const Chip& chip, bool joined) {
  if (plan.off_vip_sram.count(plan.homes[layer.output].buffer) != 0)
    return layer.reason + "; its result leaves the VIP-SRAM to caches, which save more";
  const bool kept_out = joined && chip.vip_sram.feature_maps && !chip.vip_sram.concats;
  return layer.reason + (kept_out ? "; its result is part of a map that stays out of the VIP-SRAM, as "
                                    "several layers write it (vip_sram.concats)"
                                  : "");
}

std::map<const PlannedJob*, std::uint64_t> rooms_of(const Plan& plan, const Chip& chip, bool use_vip_sram) {
  const PlacedMaps maps = place_maps(plan, chip, use_vip_sram);
  std::map<const PlannedJob*, std::uint64_t> rooms;
  for (const PlannedLayer& layer : plan.layers) {
    for (const PlannedJob& job : layer.jobs) rooms.emplace(&job, room_for_caches(maps, rooms.size()));
  }
  return rooms;
}

}  // namespace

Explanation explain(const Plan& plan, const Chip& chip, bool use_vip_sram) {
  Explanation explanation{budgets_of(plan), {}};
  const std::map<const PlannedJob*, std::uint64_t> rooms = rooms_of(plan, chip, use_vip_sram);
  const std::vector<bool> joined = joined_values(plan);
  for (const PlannedLayer& planned : plan.layers) {
    const Node& node = plan.graph.nodes[planned.node];
    const std::string reason = reason_of(plan, planned, chip, joined[planned.output]);
    ExplainedLayer layer{node.name, node.op, reason, {}, {}, choices_of(planned.banding)};
    const Shape& shape = plan.graph.values[planned.output].shape;
    // Members of a run are of other maps.
    const int map_width = shape.size() == 4 && planned.banding.bands == 0 ? static_cast<int>(shape[3]) : 0;
    for (const NodeId id : planned.merged) layer.merged.push_back(plan.graph.nodes[id].name);
    for (const PlannedJob* job : different_jobs(planned)) {
      layer.jobs.push_back(explained(job->job, chip, {map_width, rooms.at(job)}));
      layer.jobs.back().engine = name_of(engine_of(job->job));
    }
    explanation.layers.push_back(std::move(layer));
  }
  return explanation;
}

}  // namespace trireme
