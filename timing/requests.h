// SPDX-License-Identifier: Apache-2.0
// What moving a window of a map costs on the way to a memory, when nothing else is under way: for estimates.
#pragma once

#include <cstdint>

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

// Contiguous runs of bytes, all of one length.
struct Requests {
  std::int64_t runs, bytes;  // bytes of one run
  std::int64_t first = 0;    // address of the first one, or how far behind a burst's boundary it starts
  std::int64_t apart = 0;    // distances between starts are multiples of this; 0: multiples of a burst
};

// A part of a map, all of its channels from the first one on.
struct MapWindow {
  std::int64_t x, y, width, height, channels;
};

// Rows, and then planes, of a window whose gaps are shorter than `gap` bytes come in one run; with 1, what is
// contiguous.
Requests requests_of_window(const TensorView& view, const MapWindow& window, std::int64_t gap);
Requests requests_of_map(const TensorView& view, std::int64_t gap);

// Cycles that requests take one after the other if nothing else is under way: VIP-SRAM a port's, else bursts
// of AXI, to DRAM none shorter than its address time, all together no faster than through its pins, nor
// than the bursts that may be outstanding come in its latency (hardware.md §3.2 [I]).
// A run takes the bursts and whole beats that it touches: on average over where the runs start.
// `fetches`: so many requests, each there before the next is asked for, wait a latency each.
Cycle path_cycles(const Requests& requests, Memory memory, const Chip& chip, std::int64_t fetches = 0);

// From an access to its data when nothing else is under way: of DRAM the interconnect and a row that is
// opened.
Cycle latency_cycles(Memory memory, const Chip& chip);

// What a job moves to and from each memory.
struct MemoryLoad {
  Cycle read[kMemories] = {}, written[kMemories] = {};
  std::int64_t bytes[kMemories] = {};
};
void add_read(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip);
void add_written(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip);
void add(MemoryLoad& load, const MemoryLoad& more);
// add_read, and the path_cycles of the same requests.
Cycle read_cycles(MemoryLoad& load, const Requests& requests, Memory memory, const Chip& chip,
                  std::int64_t fetches);

// Both directions side by side as far as the memory has ports for them, and never faster than the bytes pass
// through the SRAM's port or the DRAM's pins.
Cycle busy_cycles(const MemoryLoad& load, Memory memory, const Chip& chip);
Cycle busy_cycles(const MemoryLoad& load, const Chip& chip);  // of the memory that is busy longest

}  // namespace trireme
