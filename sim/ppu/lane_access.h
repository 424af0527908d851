// SPDX-License-Identifier: Apache-2.0
// Inside sim/ppu only: the loads and stores of a batch of threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/ppu/interpreter.h"

namespace trireme {

// The lanes of one load or store, threads one after the other.
struct LaneAccess {
  PpuType type = PpuType::u8;
  const std::uint32_t* addresses = nullptr;  // of every lane
  const std::uint32_t* mask = nullptr;       // all ones or 0 a lane; null: all lanes
  std::uint32_t* data = nullptr;
  std::size_t lanes = 0;
  // Within each thread the addresses are `step` apart (known before they are looked at); otherwise -1.
  std::int64_t step = -1;
};

void load_lanes(PpuMemory& memory, const LaneAccess& access);
void store_lanes(PpuMemory& memory, const LaneAccess& access);

}  // namespace trireme
