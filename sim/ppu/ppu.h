// SPDX-License-Identifier: Apache-2.0
// The PPU: fetches a program and its operands, executes the instructions, writes the results. Values come
// from the interpreter, time from the closed-form instruction counts (equal by test): never from the data.
#pragma once

#include <vector>

#include "sim/control/engine.h"
#include "sim/ppu/interpreter.h"

namespace trireme {

class Ppu : public EngineUnit {
 public:
  Ppu(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory);

 protected:
  Cycle launch_cycles() const override { return static_cast<Cycle>(context_.chip.ppu.launch_cycles); }
  JobRanges ranges(std::uint32_t job) const override;
  void read_operands(std::uint32_t job) override;
  void spend(std::uint32_t job) override;
  void write_results(std::uint32_t job) override;

 private:
  const PpuJob& job(std::uint32_t index) const { return std::get<PpuJob>(job_at(index)); }
  // The program as the memory image holds it when the job starts.
  PpuProgram program(std::uint32_t index) const;

  // What the running program stored; becomes visible when the job finishes.
  struct Stores {
    Address address;
    Bytes data, stored;  // stored: 1 for every byte of data that was
  };
  class Access;
  std::vector<Stores> stores_;
};

}  // namespace trireme
