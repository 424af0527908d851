// SPDX-License-Identifier: Apache-2.0
// The NNE: tiles and superblocks move through input fetch, coefficient fetch and decode, MAC array,
// accumulators, post-processing and write-back, each stage with its width (hardware.md §2.2, §3.1, §3.2;
// docs/timing.md).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sim/control/engine.h"
#include "sim/nne/convolve.h"
#include "sim/nne/schedule.h"

namespace trireme {

class Nne : public EngineUnit {
 public:
  SC_HAS_PROCESS(Nne);
  Nne(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory);

 protected:
  Cycle launch_cycles() const override { return static_cast<Cycle>(context_.chip.nne.launch_cycles); }
  // Small-batch mode: a job is launched when nothing is left to fetch for the one before.
  Cycle launches_since() const override { return context_.chip.nne.small_batch ? fetched_ : current_cycle(); }
  JobRanges ranges(std::uint32_t job) const override;
  void read_operands(std::uint32_t job) override;
  void spend(std::uint32_t job) override;
  void write_results(std::uint32_t job) override;

 private:
  void fetch_input();
  void fetch_coefficients();
  void stream_ahead();
  void decode();
  void post_process();
  void write_back();
  void write_sums();
  void spend_add();
  const std::optional<std::uint32_t>& next_prefetching(std::uint32_t job) const { return streams_[job]; }
  void ask_for(std::uint32_t job);
  void fetch_chunk_coefficients(const NneStep& step, const NneChunk& chunk);
  void compute_step(const NneStep& step, std::size_t index);
  void wait_for_chunk(const NneStep& step);

  const NneJob& job() const { return std::get<NneJob>(job_at(job_)); }
  std::uint32_t layer() const { return layer_of(job_); }

  std::uint32_t job_ = 0;
  NneSchedule schedule_;  // of the running job
  NneOperands operands_;
  sc_core::sc_event started_;
  // Chunks between the stages: one in use, one ahead.
  sc_core::sc_fifo<Cycle> input_ready_{"input_ready", 1};          // cycle of arrival
  sc_core::sc_fifo<Cycle> coefficients_fetched_{"fetched", 1};     // cycle of arrival, undecoded
  sc_core::sc_fifo<Cycle> coefficients_ready_{"decoded", 1};       // cycle at which the bytes had arrived
  sc_core::sc_fifo<std::size_t> finished_steps_{"finished", 1};    // accumulators full
  sc_core::sc_fifo<std::size_t> processed_steps_{"processed", 1};  // codes to write
  sc_core::sc_fifo<int> free_accumulators_{"free", 2};             // two halves: one fills while one drains
  sc_core::sc_event written_;
  std::vector<NneRows> pieces_;                    // of the running addition
  sc_core::sc_fifo<std::size_t> sums_{"sums", 1};  // pieces to write
  std::size_t steps_written_ = 0;
  Cycle fetched_ = 0;  // the last byte of the running job, or the one before
  // Kernel streaming: the coefficients of one job go to its kernel cache, from the end of the fetches before.
  std::vector<std::optional<std::uint32_t>> streams_;  // of each job: the next one, if it is to be streamed
  std::optional<std::uint32_t> streamed_job_;
  std::uint64_t streamed_bytes_ = 0;
  sc_core::sc_event asked_, streamed_;
};

}  // namespace trireme
