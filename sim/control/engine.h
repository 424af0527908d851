// SPDX-License-Identifier: Apache-2.0
// What all three engines do alike: take the next job, wait for its events, launch, run, make results visible,
// signal.
#pragma once

#include <systemc>

#include "sim/bus/channel.h"
#include "sim/kernel/account.h"
#include "sim/kernel/run_context.h"
#include "sim/memory/operands.h"

namespace trireme {

class EngineUnit : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(EngineUnit);
  EngineUnit(sc_core::sc_module_name name, Engine engine, RunContext& context, MemorySystem& memory);

  const Account& account() const { return account_; }
  Account& account() { return account_; }
  Engine engine() const { return engine_; }
  // For the deadlock report: what it waits for, or empty.
  std::string waits_for() const;

 protected:
  virtual Cycle launch_cycles() const = 0;
  // Since when the stage that launches has been idle: before the job in front was done, if stages overlap.
  virtual Cycle launches_since() const { return current_cycle(); }
  virtual JobRanges ranges(std::uint32_t job) const = 0;  // for the memory checker
  virtual void read_operands(std::uint32_t job) = 0;      // values, at the start event
  virtual void spend(std::uint32_t job) = 0;              // time: returns when the last byte is written
  virtual void write_results(std::uint32_t job) = 0;      // values, at the finish event

  const Job& job_at(std::uint32_t job) const { return context_.binary.jobs[job]; }
  std::uint32_t layer_of(std::uint32_t job) const { return header_of(job_at(job)).layer; }
  OperandReader reader_for(std::uint32_t job);
  // Moves ranges that may lie in both memories and charges the wait to the memory that caused it.
  void transfer_all(Stream stream, const std::vector<AddressRange>& ranges, bool write, std::uint32_t layer);

  RunContext& context_;
  MemorySystem& memory_;
  Account account_;

 private:
  void run();
  void run_job(std::uint32_t job);
  Cycle launch_left(std::uint32_t job) const;

  Engine engine_;
  std::int64_t current_job_ = -1;
  std::uint16_t waiting_event_ = kNoEvent;
};

}  // namespace trireme
