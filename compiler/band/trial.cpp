// SPDX-License-Identifier: Apache-2.0
#include "compiler/band/trial.h"

#include <algorithm>

#include "compiler/memory/caches.h"
#include "compiler/memory/placement.h"
#include "timing/nne.h"
#include "timing/roofline.h"
#include "timing/tp.h"

namespace trireme {

namespace {

Cycle cycles_of(const Job& job, const Chip& chip) {
  if (const auto* nne = std::get_if<NneJob>(&job)) return price_of(*nne, chip);
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

std::int64_t bytes_per_cycle(Memory memory, const Chip& chip) {
  if (memory == Memory::axi_sram) return std::min(chip.axi_sram.bytes_per_cycle, chip.axi.bytes_per_cycle);
  const std::int64_t pins = peak_dram_bytes_per_second(chip) / chip.clock_hz;
  return std::clamp<std::int64_t>(pins, 1, chip.axi.bytes_per_cycle);
}

// All maps' bytes, whatever the length of rows.
Cycle cycles_of_bytes(const NneJob& job, const Chip& chip) {
  std::int64_t bytes = 0;
  for (const NneTile& tile : tiles_of(job)) {
    for (int s = 0; s < job.superblocks; ++s)
      bytes += input_bytes(job, chip, tile, s) + output_bytes(job, chip, tile, s);
  }
  return static_cast<Cycle>(ceil_div(bytes, bytes_per_cycle(memory_of(job.input.address), chip)) +
                            chip.nne.launch_cycles + chip.nne.job_start_cycles);
}

}  // namespace

Cycle price_of(const NneJob& job, const Chip& chip) {
  const Memory memory = memory_of(job.input.address);
  const bool add = job.header.operation == static_cast<std::uint8_t>(NneOperation::add);
  if (add || memory == Memory::vip_sram || memory != memory_of(job.output.address))
    return estimate(job, chip);
  NneJob near = job;
  near.input.address = near.output.address = kVipSramBase;
  return std::max(estimate(near, chip), cycles_of_bytes(job, chip));
}

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
