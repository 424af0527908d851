// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "compiler/memory/allocator.h"
#include "compiler/memory/caches.h"
#include "compiler/memory/order.h"
#include "compiler/memory/preload.h"
#include "compiler/memory/storage.h"
#include "support/text.h"

namespace trireme {

namespace {

struct Memories {
  Allocator dram, axi_sram, vip_sram;
};

Memories memories_of(const Chip& chip, bool use_vip_sram) {
  const auto dram_end = std::min<std::int64_t>(chip.dram.bytes, kAxiSramBase);
  const auto sram_of = [&](Address base, const SramConfig& sram) {
    const std::int64_t begin = base + (use_vip_sram ? sram.reserved_bytes : sram.bytes);
    return Allocator(static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(base + sram.bytes),
                     kAlignment);
  };
  return {Allocator(kDramBase, static_cast<std::uint64_t>(dram_end), kAlignment),
          sram_of(kAxiSramBase, chip.axi_sram), sram_of(kVipSramBase, chip.vip_sram)};
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

bool of_host(const Buffer& buffer) { return buffer.kind != "feature_map" && buffer.kind != "scratch"; }

// The host's buffers in DRAM and for the whole run; feature maps, largest first, in the VIP-SRAM, else in the
// AXI-SRAM, else in DRAM.
void place_values(Plan& plan, Memories& memories, Storage& storage, std::uint32_t last_job,
                  Problems& problems) {
  std::vector<std::size_t> order(storage.buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool host_a = of_host(storage.buffers[a]), host_b = of_host(storage.buffers[b]);
    if (host_a != host_b) return host_a;
    return !host_a && storage.buffers[a].bytes > storage.buffers[b].bytes;
  });
  for (const std::size_t i : order) {
    Buffer& buffer = storage.buffers[i];
    if (of_host(buffer)) {
      buffer.address = take_dram(memories, buffer, 0, last_job, problems);
      continue;
    }
    auto on_chip = memories.vip_sram.take(buffer.bytes, buffer.first_job, buffer.last_job);
    if (!on_chip) on_chip = memories.axi_sram.take(buffer.bytes, buffer.first_job, buffer.last_job);
    buffer.address = on_chip ? static_cast<Address>(*on_chip)
                             : take_dram(memories, buffer, buffer.first_job, buffer.last_job, problems);
  }
  plan.buffer_of_value = storage.buffer_of_value;
  plan.buffers = storage.buffers;
}

Address address_of(const Plan& plan, const Storage& storage, const StorageRef& ref) {
  switch (ref.kind) {
    case StorageRef::Kind::value:
      return plan.buffers[storage.buffer_of_value[ref.index]].address + plan.homes[ref.index].offset;
    case StorageRef::Kind::scratch:
      return plan.buffers[storage.buffer_of_scratch[ref.index]].address;
    case StorageRef::Kind::constant:
      return plan.constants[ref.index].address;
  }
  internal_error("unknown kind of storage");
}

void set_addresses(Plan& plan, const Storage& storage) {
  for (const JobPlace& place : job_places(plan)) {
    PlannedJob& planned = job_at(plan, place);
    for (const AddressLink& link : planned.links) {
      const Address address = address_of(plan, storage, link.storage) + link.offset;
      std::visit(
          [&](auto& job) {
            if (link.field + sizeof address > sizeof job)
              internal_error("a link points behind its descriptor");
            std::memcpy(reinterpret_cast<std::uint8_t*>(&job) + link.field, &address, sizeof address);
          },
          planned.job);
    }
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
  place_values(plan, memories, storage, last_job, problems);
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
