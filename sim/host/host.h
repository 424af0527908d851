// SPDX-License-Identifier: Apache-2.0
// The host as a unit that takes jobs: one step after the other.
#pragma once

#include "sim/control/engine.h"
#include "tensor/tensor.h"

namespace trireme {

class Host : public EngineUnit {
 public:
  Host(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory);

 private:
  Cycle launch_cycles() const override { return static_cast<Cycle>(context_.chip.host.launch_cycles); }
  JobRanges ranges(std::uint32_t job) const override;
  void read_operands(std::uint32_t job) override;
  void spend(std::uint32_t job) override;
  void write_results(std::uint32_t job) override;

  const HostJob& job(std::uint32_t index) const { return std::get<HostJob>(job_at(index)); }

  std::vector<Tensor> results_;
};

}  // namespace trireme
