// SPDX-License-Identifier: Apache-2.0
// The TP: an address generator with an element pipeline (hardware.md §2.7): reads, processes and writes
// overlap.
#pragma once

#include <vector>

#include "sim/control/engine.h"
#include "sim/tp/values.h"

namespace trireme {

class Tp : public EngineUnit {
 public:
  SC_HAS_PROCESS(Tp);
  Tp(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory);

 protected:
  Cycle launch_cycles() const override { return static_cast<Cycle>(context_.chip.tp.launch_cycles); }
  JobRanges ranges(std::uint32_t job) const override;
  void read_operands(std::uint32_t job) override;
  void spend(std::uint32_t job) override;
  void write_results(std::uint32_t job) override;

 private:
  // A piece of the job: what it reads before and writes after its share of the pipeline's cycles.
  struct Piece {
    std::vector<AddressRange> table, input, output;
    Cycle cycles;
  };
  std::vector<Piece> pieces_of(const TpJob& job) const;
  void read_ahead();
  void write_behind();

  const TpJob& job() const { return std::get<TpJob>(job_at(job_)); }

  std::uint32_t job_ = 0;
  std::vector<Piece> pieces_;
  TpOperands operands_;
  sc_core::sc_event started_, written_;
  sc_core::sc_fifo<int> read_{"read", 1};
  sc_core::sc_fifo<std::size_t> computed_{"computed", 1};
  std::size_t pieces_written_ = 0;
};

}  // namespace trireme
