// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/trial.h"

#include "compiler/memory/caches.h"
#include "compiler/memory/placement.h"
#include "timing/nne.h"
#include "timing/tp.h"

namespace trireme {

namespace {

Cycle cycles_of(const Job& job, const Chip& chip) {
  if (const auto* nne = std::get_if<NneJob>(&job)) return estimate(*nne, chip);
  if (const auto* tp = std::get_if<TpJob>(&job)) return estimate(*tp, chip);
  return 0;  // cutting maps into bands changes nothing for these
}

void count_live(const Storage& storage, std::size_t jobs, Trial& trial) {
  trial.vip_used.assign(jobs, 0);
  trial.axi_used.assign(jobs, 0);
  for (const Buffer& buffer : storage.buffers) {
    if (is_dram(buffer.address)) continue;
    auto& used = memory_of(buffer.address) == Memory::vip_sram ? trial.vip_used : trial.axi_used;
    for (std::uint32_t job = buffer.first_job; job <= buffer.last_job && job < jobs; ++job)
      used[job] += buffer.bytes;
  }
}

}  // namespace

Trial trial_of(const Plan& plan, const Chip& chip) {
  Plan copy = plan;
  const std::size_t jobs = job_places(plan).size();
  const auto last_job = static_cast<std::uint32_t>(jobs > 0 ? jobs - 1 : 0);
  Memories memories = memories_of(chip, true);
  Problems full;  // `memory` reports them
  Trial trial;
  trial.storage = storage_of(plan);
  place_values(trial.storage, memories, last_job, full);
  count_live(trial.storage, jobs, trial);
  set_addresses(copy, trial.storage);
  place_caches(copy, chip, memories.vip_sram);
  for (const PlannedLayer& layer : copy.layers) {
    Cycle cycles = 0;
    for (const PlannedJob& planned : layer.jobs) cycles += cycles_of(planned.job, chip);
    trial.cycles.push_back(cycles);
    trial.total += cycles;
  }
  return trial;
}

Memory memory_of_value(const Trial& trial, ValueId value) {
  const std::uint32_t buffer = trial.storage.buffer_of_value[value];
  return buffer == kNone ? Memory::dram : memory_of(trial.storage.buffers[buffer].address);
}

}  // namespace trireme
