// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/maps.h"

#include <algorithm>

namespace trireme {

namespace {

void count_live(PlacedMaps& maps, std::size_t jobs) {
  maps.vip_used.assign(jobs, 0);
  for (const Buffer& buffer : maps.storage.buffers) {
    if (memory_of(buffer.address) != Memory::vip_sram) continue;
    for (std::uint32_t job = buffer.first_job; job <= buffer.last_job && job < jobs; ++job)
      maps.vip_used[job] += buffer.bytes;
  }
}

std::uint64_t usable_bytes(const SramConfig& sram, bool used) {
  return used ? static_cast<std::uint64_t>(std::max<std::int64_t>(sram.bytes - sram.reserved_bytes, 0)) : 0;
}

}  // namespace

PlacedMaps place_maps(const Plan& plan, const Chip& chip, bool use_vip_sram) {
  const std::size_t jobs = job_places(plan).size();
  PlacedMaps maps{
      storage_of(plan), memories_of(chip, use_vip_sram), usable_bytes(chip.vip_sram, use_vip_sram), {}};
  Problems full;  // plan_memory reports them
  place_values(maps.storage, maps.memories, static_cast<std::uint32_t>(jobs > 0 ? jobs - 1 : 0), full);
  count_live(maps, jobs);
  return maps;
}

std::uint64_t room_for_caches(const PlacedMaps& maps, std::size_t job) {
  return maps.vip_bytes - std::min(maps.vip_bytes, maps.vip_used[job]);
}

Memory memory_of_value(const Storage& storage, ValueId value) {
  const std::uint32_t buffer = storage.buffer_of_value[value];
  return buffer == kNone ? Memory::dram : memory_of(storage.buffers[buffer].address);
}

}  // namespace trireme
