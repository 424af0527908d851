// SPDX-License-Identifier: Apache-2.0
#include "isa/memory_map.h"

namespace trireme {

const char* name_of(Memory memory) {
  constexpr const char* kNames[kMemories] = {"DRAM", "AXI-SRAM", "VIP-SRAM"};
  return kNames[static_cast<int>(memory)];
}

const char* key_of(Memory memory) {
  constexpr const char* kKeys[kMemories] = {"dram", "axi_sram", "vip_sram"};
  return kKeys[static_cast<int>(memory)];
}

}  // namespace trireme
