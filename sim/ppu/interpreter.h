// SPDX-License-Identifier: Apache-2.0
// Executes PPU programs: values only, no time and no SystemC. What every instruction means to the last bit is
// in docs/isa.md; the float operations are IEEE 754 binary32 without contraction.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/job.h"
#include "isa/ppu.h"

namespace trireme {

// What a program loads from and stores to. Bytes are little-endian.
class PpuMemory {
 public:
  virtual ~PpuMemory() = default;
  virtual void load(Address address, void* data, std::size_t bytes) = 0;
  virtual void store(Address address, const void* data, std::size_t bytes) = 0;
};

// Runs `threads` threads in the order of their index, in lock-step batches. `uniforms` has kPpuUniforms
// words. `executed`, if given, receives the instructions of all threads. Error if the program is none
// (check_program).
void run_ppu_program(const PpuProgram& program, const std::uint32_t* uniforms, std::uint32_t threads,
                     PpuMemory& memory, PpuCounts* executed);

}  // namespace trireme
