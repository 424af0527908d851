// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/memory/allocator.h"
#include "compiler/memory/caches.h"
#include "compiler/memory/order.h"
#include "compiler/memory/storage.h"
#include "compiler/pack/softmax_program.h"
#include "support/text.h"

namespace trireme {

namespace {

struct Memories {
  Allocator dram, vip_sram;
};

Memories memories_of(const Chip& chip, bool use_vip_sram) {
  const auto dram_end = std::min<std::int64_t>(chip.dram.bytes, kVipSramBase);
  const std::int64_t sram_end = kVipSramBase + chip.vip_sram.bytes;
  const std::int64_t sram_begin = use_vip_sram ? kVipSramBase + chip.vip_sram.reserved_bytes : sram_end;
  return {
      Allocator(kDramBase, static_cast<std::uint64_t>(dram_end), kAlignment),
      Allocator(static_cast<std::uint64_t>(sram_begin), static_cast<std::uint64_t>(sram_end), kAlignment)};
}

Address take_dram(Memories& memories, const Buffer& buffer, std::uint32_t first, std::uint32_t last,
                  Problems& problems) {
  const auto address = memories.dram.take(buffer.bytes, first, last);
  if (address) return static_cast<Address>(*address);
  problems.add("memory",
               fmt::format("no room in DRAM for the {} bytes of '{}' ({})", with_thousands(buffer.bytes),
                           buffer.name, buffer.kind),
               "use a chip description with more DRAM or a smaller network");
  return 0;
}

// Constants stay for the whole run, so that a binary can be run again.
void place_constants(Plan& plan, Memories& memories, std::uint32_t last_job, Problems& problems) {
  const std::vector<std::uint32_t> jobs = job_indices(plan);
  for (ConstantData& constant : plan.constants) {
    Buffer buffer{
        constant.name,        kind_of(constant.role), 0, static_cast<std::uint32_t>(constant.bytes.size()),
        jobs[constant.layer], jobs[constant.layer]};
    buffer.address = constant.address = take_dram(memories, buffer, 0, last_job, problems);
    plan.buffers.push_back(std::move(buffer));
  }
}

// The host's buffers in DRAM and for the whole run; feature maps on chip, largest first, else in DRAM.
void place_values(Plan& plan, Memories& memories, Storage& storage, std::uint32_t last_job,
                  Problems& problems) {
  std::vector<std::size_t> order(storage.buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool host_a = storage.buffers[a].kind != "feature_map",
               host_b = storage.buffers[b].kind != "feature_map";
    if (host_a != host_b) return host_a;
    return !host_a && storage.buffers[a].bytes > storage.buffers[b].bytes;
  });
  for (const std::size_t i : order) {
    Buffer& buffer = storage.buffers[i];
    if (buffer.kind != "feature_map") {
      buffer.address = take_dram(memories, buffer, 0, last_job, problems);
      continue;
    }
    const auto on_chip = memories.vip_sram.take(buffer.bytes, buffer.first_job, buffer.last_job);
    buffer.address = on_chip ? static_cast<Address>(*on_chip)
                             : take_dram(memories, buffer, buffer.first_job, buffer.last_job, problems);
  }
  plan.buffer_of_value = storage.buffer_of_value;
  plan.buffers = storage.buffers;
}

void set_constant(NneJob& job, const ConstantData& constant) {
  (constant.role == ConstantData::Role::bias ? job.bias : job.coefficients) = constant.address;
}
void set_constant(TpJob& job, const ConstantData& constant) {
  (constant.role == ConstantData::Role::bias ? job.bias : job.table) = constant.address;
}
void set_constant(PpuJob& job, const ConstantData& constant) { job.program = constant.address; }

void set_addresses(Plan& plan) {
  const auto address_of = [&](ValueId value) { return plan.buffers[plan.buffer_of_value[value]].address; };
  for (PlannedLayer& layer : plan.layers) {
    if (!layer.job) continue;
    std::visit(
        [&](auto& job) {
          job.input.address = address_of(layer.input);
          job.output.address = address_of(layer.output);
        },
        *layer.job);
    if (auto* ppu = std::get_if<PpuJob>(&*layer.job)) {
      ppu->uniforms[kSoftmaxInput] = ppu->input.address;
      ppu->uniforms[kSoftmaxOutput] = ppu->output.address;
    }
  }
  for (const ConstantData& constant : plan.constants) {
    std::visit([&](auto& job) { set_constant(job, constant); }, *plan.layers[constant.layer].job);
  }
}

}  // namespace

void plan_memory(Plan& plan, const Chip& chip, bool use_vip_sram) {
  const std::size_t jobs = layers_with_jobs(plan).size();
  if (jobs == 0 || jobs >= kNoEvent) {
    throw Error("network '" + plan.graph.name + "'", fmt::format("it has {} jobs", jobs),
                fmt::format("1 to {} can be numbered", kNoEvent - 1));
  }
  const auto last_job = static_cast<std::uint32_t>(jobs - 1);
  Problems problems;
  Memories memories = memories_of(chip, use_vip_sram);
  Storage storage = storage_of(plan);
  place_values(plan, memories, storage, last_job, problems);
  place_constants(plan, memories, last_job, problems);
  problems.throw_if_any();
  set_addresses(plan);
  place_caches(plan, memories.vip_sram);
  order_jobs(plan);
  plan.dram_bytes = static_cast<std::uint32_t>(memories.dram.used_end() - memories.dram.begin());
  plan.vip_sram_bytes = static_cast<std::uint32_t>(memories.vip_sram.used_end() - memories.vip_sram.begin());
}

}  // namespace trireme
