// SPDX-License-Identifier: Apache-2.0
// Executes PPU programs: values only, no time and no SystemC. What every instruction means to the last bit is
// in docs/isa.md; the float operations are IEEE 754 binary32 without contraction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/job.h"
#include "isa/ppu.h"

namespace trireme {

// Memory from `address` on that may be accessed without asking.
struct PpuSpan {
  Address address = 0;
  std::uint64_t bytes = 0;
  std::uint8_t* data = nullptr;
  std::uint8_t* stored = nullptr;  // of stores: set to 1 for every byte stored; null: nobody asks
};

// What a program loads from and stores to. Bytes are little-endian. An access that lies in one of the spans
// goes there; every other is put to the functions, one element at a time. The spans are in ascending order
// and do not overlap; `data` of a load span and of a store span may be the same.
class PpuMemory {
 public:
  virtual ~PpuMemory() = default;
  virtual void load(Address address, void* data, std::size_t bytes) = 0;
  virtual void store(Address address, const void* data, std::size_t bytes) = 0;

  std::vector<PpuSpan> load_spans, store_spans;
};

// Runs `threads` threads in the order of their index, in lock-step batches. `uniforms` has kPpuUniforms
// words. `executed`, if given, receives the instructions of all threads. Error if the program is none
// (check_program).
void run_ppu_program(const PpuProgram& program, const std::uint32_t* uniforms, std::uint32_t threads,
                     PpuMemory& memory, PpuCounts* executed);

}  // namespace trireme
