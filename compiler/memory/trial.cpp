// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/trial.h"

#include <algorithm>
#include <array>

#include "compiler/memory/caches.h"
#include "compiler/memory/order.h"
#include "timing/nne.h"
#include "timing/tp.h"

namespace trireme {

namespace {

Cycle cycles_of_job(const Job& job, const Chip& chip) {
  if (const auto* nne = std::get_if<NneJob>(&job)) return estimate(*nne, chip);
  if (const auto* tp = std::get_if<TpJob>(&job)) return estimate(*tp, chip);
  return 0;  // cutting maps into bands changes nothing for these
}

// Jobs of one layer: an engine takes its own one after the other, and a job waits for the scratch it reads.
// `written`: when each scratch of the plan is, from the layer's start.
Cycle cycles_of_layer(const PlannedLayer& layer, std::vector<Cycle>& written, const Chip& chip) {
  std::array<Cycle, kEngines> free{};
  Cycle end = 0;
  for (const PlannedJob& planned : layer.jobs) {
    Cycle& engine = free[static_cast<std::size_t>(engine_of(planned.job))];
    Cycle done = engine;
    for (const AddressLink& link : planned.links) {
      if (link.storage.kind == StorageRef::Kind::scratch) done = std::max(done, written[link.storage.index]);
    }
    done += cycles_of_job(planned.job, chip);
    for (const AddressLink& link : planned.links) {
      if (link.storage.kind == StorageRef::Kind::scratch) written[link.storage.index] = done;
    }
    engine = done;
    end = std::max(end, done);
  }
  return end;
}

// With addresses of maps and caches.
Plan placed(const Plan& plan, const Chip& chip, const PlacedMaps& maps) {
  Plan copy = plan;
  set_addresses(copy, maps.storage);
  Allocator vip_sram = maps.memories.vip_sram;
  place_caches(copy, chip, vip_sram);
  return copy;
}

}  // namespace

Trial trial_of(const Plan& plan, const Chip& chip) {
  Trial trial{place_maps(plan, chip, true), {}, 0};
  const Plan copy = placed(plan, chip, trial.maps);
  std::vector<Cycle> written(plan.scratch.size(), 0);
  for (const PlannedLayer& layer : copy.layers) {
    const Cycle cycles = cycles_of_layer(layer, written, chip);
    trial.cycles.push_back(cycles);
    trial.total += cycles;
  }
  return trial;
}

Cycle makespan_of(const Plan& plan, const Chip& chip) {
  Plan copy = placed(plan, chip, place_maps(plan, chip, true));
  order_jobs(copy);
  std::array<Cycle, kEngines> free{};
  std::vector<Cycle> finish;
  for (const JobPlace& place : job_places(copy)) {
    const PlannedJob& planned = job_at(copy, place);
    Cycle& engine = free[static_cast<std::size_t>(engine_of(planned.job))];
    Cycle done = engine;
    for (const std::uint32_t wait : planned.waits) done = std::max(done, finish[wait]);
    done += cycles_of_job(planned.job, chip);
    finish.push_back(engine = done);
  }
  return finish.empty() ? 0 : *std::max_element(finish.begin(), finish.end());
}

}  // namespace trireme
