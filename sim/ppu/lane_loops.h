// SPDX-License-Identifier: Apache-2.0
// Inside sim/ppu only: one loop over all lanes of a batch for each arithmetic instruction.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/ppu.h"

namespace trireme {

// Operands and results of one instruction, lane by lane; lanes of a thread follow each other. `out` may be
// any of the others. `index` is the instruction's lane, `old` what d held.
struct LaneOperands {
  std::uint32_t* out;
  const std::uint32_t* old;
  const std::uint32_t* a;
  const std::uint32_t* b;
  std::size_t lanes;
  std::size_t index;
};
using LaneLoop = void (*)(const LaneOperands& operands);

// Of an arithmetic or horizontal instruction: out = the result. Of a comparison: out = all ones where it
// holds, else 0. Null for every other opcode.
LaneLoop lane_loop(PpuOpcode opcode);

// out = mask != 0 ? yes : no, masks being all ones or 0.
void select_lanes(std::uint32_t* out, const std::uint32_t* mask, const std::uint32_t* yes,
                  const std::uint32_t* no, std::size_t lanes);

// out = a + lane of the thread * b + offset: the addresses of a load or store.
void lane_addresses(std::uint32_t* out, const std::uint32_t* a, const std::uint32_t* b, std::uint32_t offset,
                    std::size_t lanes);

// The lowest and the highest address of the lanes with a mask (null: all); low > high if there is none.
struct AddressBounds {
  std::uint32_t low, high;
};
AddressBounds address_bounds(const std::uint32_t* addresses, const std::uint32_t* mask, std::size_t lanes);

}  // namespace trireme
