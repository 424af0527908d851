// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/memory.h"

#include <fmt/format.h>

#include "compiler/memory/caches.h"
#include "compiler/memory/order.h"
#include "compiler/memory/placement.h"
#include "compiler/memory/preload.h"

namespace trireme {

namespace {

// Those that are not preloaded. Constants stay for the whole run, so that a binary can be run again.
void place_constants(Plan& plan, Memories& memories, std::uint32_t last_job, Problems& problems) {
  const std::vector<std::uint32_t> jobs = first_jobs(plan);
  for (ConstantData& constant : plan.constants) {
    Buffer buffer{
        constant.name,        kind_of(constant.role), 0, static_cast<std::uint32_t>(constant.bytes.size()),
        jobs[constant.layer], jobs[constant.layer]};
    if (constant.address == 0) constant.address = take_dram(memories, buffer, 0, last_job, problems);
    buffer.address = constant.address;
    plan.buffers.push_back(std::move(buffer));
  }
}

}  // namespace

void plan_memory(Plan& plan, const Chip& chip, const CompileOptions& options) {
  const std::size_t jobs = job_places(plan).size();
  if (jobs >= kNoEvent) {
    throw Error("network '" + plan.graph.name + "'", fmt::format("it has {} jobs", jobs),
                fmt::format("at most {} can be numbered", kNoEvent - 1));
  }
  const auto last_job =
      static_cast<std::uint32_t>(jobs > 0 ? jobs - 1 : 0);  // none: outputs have no elements
  Problems problems;
  Memories memories = memories_of(chip, options.use_vip_sram);
  Storage storage = storage_of(plan);
  place_values(storage, memories, last_job, problems);
  plan.buffer_of_value = storage.buffer_of_value;
  plan.buffers = storage.buffers;
  set_addresses(plan, storage);  // of values: what a job's coefficients save depends on where its maps are
  if (options.preload && chip.axi_sram.bytes > 0)
    preload_coefficients(plan, chip, memories.axi_sram, last_job);
  place_constants(plan, memories, last_job, problems);
  problems.throw_if_any();
  set_addresses(plan, storage);
  place_caches(plan, chip, memories.vip_sram);
  order_jobs(plan);
  plan.dram_bytes = static_cast<std::uint32_t>(memories.dram.used_end() - memories.dram.begin());
  plan.axi_sram_bytes = static_cast<std::uint32_t>(memories.axi_sram.used_end() - memories.axi_sram.begin());
  plan.vip_sram_bytes = static_cast<std::uint32_t>(memories.vip_sram.used_end() - memories.vip_sram.begin());
}

}  // namespace trireme
