// SPDX-License-Identifier: Apache-2.0
// Which memory holds which feature map.
#pragma once

#include "compiler/memory/allocator.h"
#include "compiler/memory/storage.h"

namespace trireme {

struct Memories {
  Allocator dram, axi_sram, vip_sram;
  bool maps_in_vip_sram, concats_in_vip_sram;
};
Memories memories_of(const Chip& chip, bool use_vip_sram);

// An address for a buffer that lives in all jobs from first to last; 0 and a problem if the DRAM is full.
Address take_dram(Memories& memories, const Buffer& buffer, std::uint32_t first, std::uint32_t last,
                  Problems& problems);

// The host's buffers in DRAM and for the whole run; feature maps, largest first, in the VIP-SRAM where the
// chip keeps such maps there and they do not leave it to caches, else in the AXI-SRAM, else in DRAM.
void place_values(Storage& storage, Memories& memories, std::uint32_t last_job, Problems& problems);

Address address_of(const Plan& plan, const Storage& storage, const StorageRef& ref);
// Fills in what the links of all jobs say.
void set_addresses(Plan& plan, const Storage& storage);

}  // namespace trireme
