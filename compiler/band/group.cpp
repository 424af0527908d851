// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/group.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/memory/memory.h"
#include "compiler/plan/views.h"
#include "compiler/tile/tile.h"
#include "support/text.h"
#include "timing/cycles.h"

namespace trireme {

Address base_of(Memory memory) {
  return memory == Memory::vip_sram ? kVipSramBase : memory == Memory::axi_sram ? kAxiSramBase : kDramBase;
}

namespace {

// The view of the map that comes from the layer before.
TensorView& passed_on(Job& job, const ChainLayer& layer) {
  return layer.second ? std::get<NneJob>(job).input2 : input_of(job);
}

// Scratch is as high as the band.
void make_compact(TensorView& view) { view.plane_stride = view.height * view.row_stride; }

const NneJob& highest(const Bands& bands, std::size_t layer) {
  const auto found = std::max_element(bands.begin(), bands.end(), [&](const auto& a, const auto& b) {
    return std::get<NneJob>(a[layer].job).conv_height < std::get<NneJob>(b[layer].job).conv_height;
  });
  return std::get<NneJob>((*found)[layer].job);
}

// Bytes of scratch behind a job of a band.
std::uint64_t scratch_of(const Job& job) {
  return static_cast<std::uint64_t>(ceil_div(bytes_spanned(output_of(job)), kAlignment) * kAlignment);
}

}  // namespace

std::vector<Job> jobs_of_run(const Plan& plan, const std::vector<ChainLayer>& run, const RunMaps& maps) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < run.size(); ++i) {
    Job job = job_of(plan, run[i]);
    input_of(job).address = base_of(run[i].second ? maps.other[i] : maps.input[i]);
    output_of(job).address = base_of(maps.output[i]);
    if (auto* nne = std::get_if<NneJob>(&job))
      nne->input2.address = base_of(run[i].second ? maps.input[i] : maps.other[i]);
    jobs.push_back(job);
  }
  return jobs;
}

Bands bands_of_run(const std::vector<Job>& jobs, const std::vector<ChainLayer>& run, int rows) {
  Bands bands = bands_of(jobs, rows);
  for (auto& band : bands) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      if (i > 0) make_compact(passed_on(band[i].job, run[i]));
      if (i + 1 < run.size()) make_compact(output_of(band[i].job));
    }
  }
  return bands;
}

bool tile_bands(Bands& bands, const Chip& chip, TileSearch search, std::uint64_t room) {
  for (std::size_t i = 0; i < bands.front().size(); ++i) {
    const auto blind = [&](const auto& band) { return band[i].input.count < 1; };
    if (std::any_of(bands.begin(), bands.end(), blind)) return false;
    if (!std::holds_alternative<NneJob>(bands.front()[i].job)) continue;
    const NneJob& model = highest(bands, i);
    if (is(model, NneOperation::add)) continue;
    if (!has_tiling(model, chip)) return false;
    const int height = model.conv_height;
    const NneJob tiling = tiled(model, chip, search, room);
    const bool pools_within_tiles = tiling.pool_kernel > tiling.pool_stride && !chip.nne.enhanced_max_pooling;
    if (pools_within_tiles && tiling.tile_h < tiling.conv_height) return false;
    for (auto& band : bands) {
      auto& job = std::get<NneJob>(band[i].job);
      const bool alike = job.conv_height == height || tiling.conv_width == job.conv_width;
      take_tiling(job, alike ? tiling : tiled(job, chip, search, room));
    }
  }
  return true;
}

std::uint64_t scratch_bytes(const Bands& bands) {
  std::uint64_t most = 0, alive = 0;
  for (const Step& step : order_of(bands)) {
    const std::vector<BandedJob>& band = bands[step.band];
    if (step.layer + 1 < band.size()) alive += scratch_of(band[step.layer].job);
    most = std::max(most, alive);
    if (step.layer > 0) alive -= scratch_of(band[step.layer - 1].job);
  }
  return most;
}

namespace {

// The jobs' addresses are links again.
PlannedJob planned_job(const Plan& plan, const ChainLayer& from, const BandedJob& banded,
                       std::uint32_t part) {
  PlannedJob planned = plan.layers[from.layer].jobs.back();
  planned.part = part;
  const Job whole = job_of(plan, from);
  for (AddressLink& link : planned.links) {
    const bool output = link.field == address_field(offsetof(NneJob, output));
    link.offset += static_cast<std::uint32_t>(output ? banded.output.first : banded.input.first) *
                   view_at(whole, link.field)->row_stride;
  }
  planned.job = banded.job;
  input_of(planned.job).address = output_of(planned.job).address = 0;
  if (auto* nne = std::get_if<NneJob>(&planned.job)) nne->input2.address = 0;
  return planned;
}

void link_to(PlannedJob& planned, std::uint16_t field, const StorageRef& storage) {
  for (AddressLink& link : planned.links) {
    if (link.field == field) link = {field, storage, 0};
  }
}

// A step of the run. `passed`: by band, the scratch its latest job wrote.
PlannedJob job_of_step(Plan& plan, const std::vector<ChainLayer>& run, const Bands& bands, const Step& step,
                       std::vector<StorageRef>& passed) {
  const auto [b, i] = step;
  PlannedJob planned = planned_job(plan, run[i], bands[b][i], static_cast<std::uint32_t>(i));
  if (i > 0) {
    const std::size_t view = run[i].second ? offsetof(NneJob, input2) : offsetof(NneJob, input);
    link_to(planned, address_field(view), passed[b]);
  }
  if (i + 1 < run.size()) {
    const Value& value = plan.graph.values[plan.layers[run[i].layer].output];
    passed[b] = add_scratch(plan, value.name + " rows",
                            static_cast<std::uint64_t>(bytes_spanned(output_of(bands[b][i].job))));
    link_to(planned, address_field(offsetof(NneJob, output)), passed[b]);
  }
  return planned;
}

std::string reason_of(const Plan& plan, const std::vector<ChainLayer>& run, const Banding& banding) {
  return fmt::format("{}; {} of up to {} through {}, what is between them stays on chip",
                     plan.layers[run.front().layer].reason, counted(banding.bands, "band"),
                     counted(banding.rows, "row"), counted(static_cast<int>(run.size()), "layer"));
}

PlannedLayer group_of(const Plan& plan, const std::vector<ChainLayer>& run, const Banding& banding) {
  const PlannedLayer &first = plan.layers[run.front().layer], &last = plan.layers[run.back().layer];
  PlannedLayer group;
  group.node = first.node;
  group.input = first.input;
  group.output = last.output;
  group.banding = banding;
  group.reason = reason_of(plan, run, banding);
  for (const ChainLayer& member : run) {
    const PlannedLayer& layer = plan.layers[member.layer];
    if (layer.node != group.node) group.merged.push_back(layer.node);
    group.merged.insert(group.merged.end(), layer.merged.begin(), layer.merged.end());
    group.parts.push_back(part_of(layer, 0));
  }
  return group;
}

// The layers before the last one go; constants follow their layers.
void replace_layers(Plan& plan, const std::vector<ChainLayer>& run, PlannedLayer group) {
  std::vector<bool> gone(plan.layers.size(), false);
  for (const ChainLayer& member : run) gone[member.layer] = member.layer != run.back().layer;
  plan.layers[run.back().layer] = std::move(group);
  std::vector<std::size_t> moved(plan.layers.size());
  std::vector<PlannedLayer> layers;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    moved[i] = layers.size();
    if (!gone[i]) layers.push_back(std::move(plan.layers[i]));
  }
  for (const ChainLayer& member : run) moved[member.layer] = moved[run.back().layer];
  for (ConstantData& constant : plan.constants) constant.layer = moved[constant.layer];
  plan.layers = std::move(layers);
}

}  // namespace

void form_group(Plan& plan, const std::vector<ChainLayer>& run, const Bands& bands, const Banding& banding) {
  PlannedLayer group = group_of(plan, run, banding);
  const std::vector<PlannedJob>& first = plan.layers[run.front().layer].jobs;
  group.jobs.assign(first.begin(), first.end() - 1);  // the phases the first layer reads
  std::vector<StorageRef> passed(bands.size());
  for (const Step& step : order_of(bands)) group.jobs.push_back(job_of_step(plan, run, bands, step, passed));
  replace_layers(plan, run, std::move(group));
}

}  // namespace trireme
