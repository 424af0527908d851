// SPDX-License-Identifier: Apache-2.0
// 32-bit byte addresses; the address decides the memory. DRAM from 0, the SRAM of the SoC behind the bus
// (AXI-SRAM), the SRAM of the NPU (VIP-SRAM).
#pragma once

#include <cstdint>

namespace trireme {

using Address = std::uint32_t;
constexpr Address kAxiSramBase = 0xFE000000;  // everything below is DRAM
constexpr Address kVipSramBase = 0xFF000000;

enum class Memory : std::uint8_t { dram, axi_sram, vip_sram };
constexpr int kMemories = 3;
const char* name_of(Memory memory);  // "DRAM", "AXI-SRAM", "VIP-SRAM"
const char* key_of(Memory memory);   // "dram", "axi_sram", "vip_sram": in memory.json

constexpr Memory memory_of(Address address) {
  return address >= kVipSramBase   ? Memory::vip_sram
         : address >= kAxiSramBase ? Memory::axi_sram
                                   : Memory::dram;
}
constexpr bool is_dram(Address address) { return address < kAxiSramBase; }

}  // namespace trireme
