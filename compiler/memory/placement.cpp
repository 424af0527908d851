// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "compiler/memory/memory.h"
#include "support/text.h"

namespace trireme {

Memories memories_of(const Chip& chip, bool use_vip_sram) {
  const auto dram_end = std::min<std::int64_t>(chip.dram.bytes, kAxiSramBase);
  const auto sram_of = [&](Address base, const SramConfig& sram) {
    const std::int64_t begin = base + (use_vip_sram ? sram.reserved_bytes : sram.bytes);
    return Allocator(static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(base + sram.bytes),
                     kAlignment);
  };
  return {Allocator(kDramBase, static_cast<std::uint64_t>(dram_end), kAlignment),
          sram_of(kAxiSramBase, chip.axi_sram), sram_of(kVipSramBase, chip.vip_sram),
          chip.vip_sram.feature_maps, chip.vip_sram.concats};
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

namespace {
bool of_host(const Buffer& buffer) { return buffer.kind != "feature_map" && buffer.kind != "scratch"; }
}  // namespace

void place_values(Storage& storage, Memories& memories, std::uint32_t last_job, Problems& problems) {
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
    std::optional<std::uint64_t> on_chip;
    const bool stays = !storage.joined[i] || memories.concats_in_vip_sram;
    if (memories.maps_in_vip_sram && stays && !storage.off_vip_sram[i])
      on_chip = memories.vip_sram.take(buffer.bytes, buffer.first_job, buffer.last_job);
    if (!on_chip) on_chip = memories.axi_sram.take(buffer.bytes, buffer.first_job, buffer.last_job);
    buffer.address = on_chip ? static_cast<Address>(*on_chip)
                             : take_dram(memories, buffer, buffer.first_job, buffer.last_job, problems);
  }
}

Address address_of(const Plan& plan, const Storage& storage, const StorageRef& ref) {
  switch (ref.kind) {
    case StorageRef::Kind::value:
      return storage.buffers[storage.buffer_of_value[ref.index]].address + plan.homes[ref.index].offset;
    case StorageRef::Kind::scratch:
      return storage.buffers[storage.buffer_of_scratch[ref.index]].address;
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

}  // namespace trireme
