// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/nne.h"

#include <algorithm>

#include "sim/kernel/fifo.h"

namespace trireme {

namespace {
bool is_add(const NneJob& job) {
  return job.header.operation == static_cast<std::uint8_t>(NneOperation::add);
}
}  // namespace

Nne::Nne(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::nne, context, memory) {
  SC_THREAD(fetch_input);
  SC_THREAD(fetch_coefficients);
  SC_THREAD(decode);
  SC_THREAD(post_process);
  SC_THREAD(write_back);
}

JobRanges Nne::ranges(std::uint32_t index) const {
  const auto& job = std::get<NneJob>(job_at(index));
  JobRanges ranges{context_.describe(index), ranges_of(job.input), ranges_of(job.output)};
  if (is_add(job)) {
    for (const AddressRange& range : ranges_of(job.input2)) ranges.reads.push_back(range);
    ranges.reads.push_back({job.post.requantizer_address, kAddScales * sizeof(Requantizer)});
    return ranges;
  }
  ranges.reads.push_back({job.coefficients, job.coefficient_bytes});
  ranges.reads.push_back(bias_range(job));
  if (job.kernel_cache_bytes > 0) ranges.writes.push_back({job.kernel_cache, job.kernel_cache_bytes});
  if (job.image_cache_bytes > 0) ranges.writes.push_back({job.image_cache, job.image_cache_bytes});
  return ranges;
}

void Nne::read_operands(std::uint32_t index) {
  OperandReader reader = reader_for(index);
  operands_ = trireme::read_operands(std::get<NneJob>(job_at(index)), reader);
}

void Nne::write_results(std::uint32_t index) {
  const auto& job = std::get<NneJob>(job_at(index));
  write_tensor(context_.memory, job.output,
               compute(job, operands_, context_.chip.nne, context_.describe(index)));
  operands_ = {};
}

void Nne::spend(std::uint32_t index) {
  job_ = index;
  if (is_add(job())) return spend_add();
  // 1. Cut the job and start the stages.
  schedule_ = schedule_of(job(), context_.chip);
  steps_written_ = 0;
  while (free_accumulators_.num_free() > 0) free_accumulators_.nb_write(0);
  sc_core::wait(sc_core::SC_ZERO_TIME);
  started_.notify(sc_core::SC_ZERO_TIME);
  // 2. The array's own start.
  wait_cycles(static_cast<Cycle>(context_.chip.nne.job_start_cycles));
  account_.charge(Cause::launch, current_cycle());
  // 3. The array works through the steps.
  for (std::size_t i = 0; i < schedule_.steps.size(); ++i) compute_step(schedule_.steps[i], i);
  // 4. The last results leave.
  while (steps_written_ < schedule_.steps.size()) sc_core::wait(written_);
  account_.charge(is_on_chip(job().output.address) ? Cause::output : Cause::dram, current_cycle());
}

// No kernels and no accumulators: both inputs stream through post-processing.
void Nne::spend_add() {
  transfer_all(Stream::nne_coefficients, {{job().post.requantizer_address, kAddScales * sizeof(Requantizer)}},
               false, layer());
  wait_cycles(static_cast<Cycle>(context_.chip.nne.job_start_cycles));
  account_.charge(Cause::launch, current_cycle());
  for (const NneRows& rows : add_pieces(job())) {
    std::vector<AddressRange> input, output;
    append_ranges(job().input, rows.window, input);
    append_ranges(job().input2, rows.window, input);
    append_ranges(job().output, rows.window, output);
    transfer_all(Stream::nne_input, input, false, layer());
    fetched_ = current_cycle();
    wait_cycles(add_cycles(context_.chip, rows.elements));
    account_.charge(Cause::compute, current_cycle());
    transfer_all(Stream::nne_output, output, true, layer());
  }
}

void Nne::compute_step(const NneStep& step, std::size_t index) {
  if (index > 0) {
    wait_cycles(static_cast<Cycle>(context_.chip.nne.tile_bubble_cycles));
    account_.charge(Cause::launch, current_cycle());
  }
  take(free_accumulators_);
  account_.charge(Cause::output, current_cycle());
  for (const NneChunk& chunk : step.chunks) {
    wait_for_chunk(step);
    wait_cycles(chunk.mac_cycles);
    account_.charge(Cause::compute, current_cycle());
  }
  finished_steps_.write(index);
}

// Charges what the array waited for: the input first, then what the coefficients took longer.
void Nne::wait_for_chunk(const NneStep& step) {
  const bool input_on_chip = step.input_cached || is_on_chip(job().input.address);
  take(input_ready_);
  account_.charge(input_on_chip ? Cause::input : Cause::dram, current_cycle());
  const Cycle arrived = take(coefficients_ready_);
  const bool coded_on_chip = step.coefficients_cached || is_on_chip(job().coefficients);
  account_.charge(coded_on_chip ? Cause::coefficients : Cause::dram, std::min(arrived, current_cycle()));
  account_.charge(Cause::coefficients, current_cycle());
}

void Nne::fetch_input() {
  for (;;) {
    sc_core::wait(started_);
    for (const NneStep& step : schedule_.steps) {
      for (const NneChunk& chunk : step.chunks) {
        const std::vector<AddressRange> ranges = input_ranges(job(), context_.chip, step, chunk);
        memory_.transfer(Stream::nne_input, ranges, false, layer());
        if (step.caches_input) {
          memory_.transfer(Stream::nne_input, image_cache_ranges(job(), step, chunk), true, layer());
        }
        fetched_ = current_cycle();
        input_ready_.write(fetched_);
      }
    }
  }
}

void Nne::fetch_coefficients() {
  for (;;) {
    sc_core::wait(started_);
    // Bias and multipliers come first, once a job.
    std::vector<AddressRange> constants = {bias_range(job())};
    if (job().post.per_channel != 0) {
      constants.push_back({job().post.requantizer_address, sizeof(Requantizer) * job().output.channels});
    }
    memory_.transfer(Stream::nne_coefficients, constants, false, layer());
    for (const NneStep& step : schedule_.steps) {
      for (const NneChunk& chunk : step.chunks) {
        memory_.transfer(Stream::nne_coefficients, coefficient_ranges(job(), step, chunk), false, layer());
        if (job().kernel_cache_bytes > 0 && !step.coefficients_cached) {
          memory_.transfer(Stream::nne_coefficients, kernel_cache_ranges(job(), chunk), true, layer());
        }
        fetched_ = std::max(fetched_, current_cycle());
        coefficients_fetched_.write(current_cycle());
      }
    }
  }
}

void Nne::decode() {
  for (;;) {
    sc_core::wait(started_);
    for (const NneStep& step : schedule_.steps) {
      for (const NneChunk& chunk : step.chunks) {
        const Cycle arrived = take(coefficients_fetched_);
        wait_cycles(chunk.decode_cycles);
        coefficients_ready_.write(arrived);
      }
    }
  }
}

void Nne::post_process() {
  for (;;) {
    const std::size_t index = take(finished_steps_);
    wait_cycles(schedule_.steps[index].post_cycles);
    free_accumulators_.write(0);
    processed_steps_.write(index);
  }
}

void Nne::write_back() {
  for (;;) {
    const NneStep& step = schedule_.steps[take(processed_steps_)];
    memory_.transfer(Stream::nne_output, output_ranges(job(), context_.chip, step), true, layer());
    ++steps_written_;
    written_.notify(sc_core::SC_ZERO_TIME);
  }
}

}  // namespace trireme
