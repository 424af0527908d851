// SPDX-License-Identifier: Apache-2.0
// Where the maps of a plan will end up, for passes that choose by it before anything is packed.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/memory/placement.h"
#include "compiler/memory/storage.h"

namespace trireme {

struct PlacedMaps {
  Storage storage;              // with the addresses that plan_memory will give, if no map comes or goes
  Memories memories;            // what they leave
  std::uint64_t vip_bytes = 0;  // of the VIP-SRAM that maps and caches may take
  std::vector<std::uint64_t> vip_used;  // bytes of maps there that live during each job
};
PlacedMaps place_maps(const Plan& plan, const Chip& chip, bool use_vip_sram);
// Bytes of the VIP-SRAM that maps leave to the caches of a job, by its place in the command stream.
std::uint64_t room_for_caches(const PlacedMaps& maps, std::size_t job);

Memory memory_of_value(const Storage& storage, ValueId value);

}  // namespace trireme
