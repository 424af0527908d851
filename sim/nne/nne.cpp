// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/nne.h"

#include <algorithm>

#include "sim/kernel/fifo.h"

namespace trireme {

namespace {

// Of each job: the next one of the array, if its coefficients are to come while that job runs.
std::vector<std::optional<std::uint32_t>> streams_of(const std::vector<Job>& jobs) {
  std::vector<std::optional<std::uint32_t>> streams(jobs.size());
  std::optional<std::uint32_t> next;
  for (auto index = static_cast<std::uint32_t>(jobs.size()); index-- > 0;) {
    if (engine_of(jobs[index]) != Engine::nne) continue;
    streams[index] = next;
    next = std::get<NneJob>(jobs[index]).prefetch != 0 ? std::make_optional(index) : std::nullopt;
  }
  return streams;
}

}  // namespace

Nne::Nne(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::nne, context, memory), streams_(streams_of(context.binary.jobs)) {
  SC_THREAD(fetch_input);
  SC_THREAD(fetch_coefficients);
  SC_THREAD(stream_ahead);
  SC_THREAD(decode);
  SC_THREAD(post_process);
  SC_THREAD(write_back);
  SC_THREAD(write_sums);
}

JobRanges Nne::ranges(std::uint32_t index) const {
  const auto& job = std::get<NneJob>(job_at(index));
  JobRanges ranges{context_.describe(index), ranges_of(job.input), ranges_of(job.output)};
  if (const auto next = next_prefetching(index)) {
    const auto& ahead = std::get<NneJob>(job_at(*next));
    ranges.reads.push_back({ahead.coefficients, ahead.coefficient_bytes});
    ranges.writes.push_back({ahead.kernel_cache, ahead.kernel_cache_bytes});
  }
  if (is(job, NneOperation::add)) {
    for (const AddressRange& range : ranges_of(job.input2)) ranges.reads.push_back(range);
    ranges.reads.push_back({job.post.requantizer_address, kAddScales * sizeof(Requantizer)});
    return ranges;
  }
  ranges.reads.push_back({job.coefficients, job.coefficient_bytes});
  ranges.reads.push_back(bias_range(job));
  if (job.activation != 0) ranges.reads.push_back({job.table, kTableCodes});
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
  if (is(job(), NneOperation::add)) {
    if (const auto next = next_prefetching(index)) ask_for(*next);
    return spend_add();
  }
  // 1. Cut the job and start the stages.
  schedule_ = schedule_of(job(), context_.chip);
  steps_written_ = 0;
  if (job().prefetch != 0 && streamed_job_ != index) ask_for(index);  // nobody was before it
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

// No kernels and no accumulators: both inputs stream through post-processing, a piece leaves while the next
// is read and summed.
void Nne::spend_add() {
  transfer_all(Stream::nne_coefficients, {{job().post.requantizer_address, kAddScales * sizeof(Requantizer)}},
               false, layer());
  wait_cycles(static_cast<Cycle>(context_.chip.nne.job_start_cycles));
  account_.charge(Cause::launch, current_cycle());
  pieces_ = add_pieces(job());
  steps_written_ = 0;
  const Cause output = is_on_chip(job().output.address) ? Cause::output : Cause::dram;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    std::vector<AddressRange> input;
    append_ranges(job().input, pieces_[i].window, input);
    append_ranges(job().input2, pieces_[i].window, input);
    transfer_all(Stream::nne_input, input, false, layer());
    fetched_ = current_cycle();
    wait_cycles(add_cycles(context_.chip, pieces_[i].elements));
    account_.charge(Cause::compute, current_cycle());
    sums_.write(i);
    account_.charge(output, current_cycle());
  }
  while (steps_written_ < pieces_.size()) sc_core::wait(written_);
  account_.charge(output, current_cycle());
}

void Nne::write_sums() {
  for (;;) {
    std::vector<AddressRange> output;
    const NneRows& piece = pieces_[take(sums_)];
    append_ranges(job().output, piece.window, output);
    memory_.transfer(Stream::nne_output, output, true, layer());
    ++steps_written_;
    written_.notify(sc_core::SC_ZERO_TIME);
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
    // Bias, multipliers and the activation's table come first, once a job.
    std::vector<AddressRange> constants = {bias_range(job())};
    if (job().activation != 0) constants.push_back({job().table, kTableCodes});
    if (job().post.per_channel != 0) {
      constants.push_back({job().post.requantizer_address, sizeof(Requantizer) * job().output.channels});
    }
    memory_.transfer(Stream::nne_coefficients, constants, false, layer());
    for (const NneStep& step : schedule_.steps) {
      for (const NneChunk& chunk : step.chunks) {
        fetch_chunk_coefficients(step, chunk);
        fetched_ = std::max(fetched_, current_cycle());
        coefficients_fetched_.write(current_cycle());
      }
    }
    if (const auto next = next_prefetching(job_)) ask_for(*next);
  }
}

void Nne::fetch_chunk_coefficients(const NneStep& step, const NneChunk& chunk) {
  const bool ahead = job().prefetch != 0;
  if (ahead && !step.coefficients_cached) {
    while (streamed_bytes_ < chunk.first_coded + chunk.coded_bytes) sc_core::wait(streamed_);
    return memory_.transfer(Stream::nne_coefficients, kernel_cache_ranges(job(), chunk), false, layer());
  }
  memory_.transfer(Stream::nne_coefficients, coefficient_ranges(job(), step, chunk), false, layer());
  if (job().kernel_cache_bytes > 0 && !step.coefficients_cached)
    memory_.transfer(Stream::nne_coefficients, kernel_cache_ranges(job(), chunk), true, layer());
}

void Nne::ask_for(std::uint32_t job) {
  streamed_job_ = job;
  streamed_bytes_ = 0;
  asked_.notify(sc_core::SC_ZERO_TIME);
}

// From where coefficients lie to the kernel cache, a buffer's half at a time, once the job's command is
// there.
void Nne::stream_ahead() {
  EngineQueue& queue = context_.queues[static_cast<std::size_t>(Engine::nne)];
  for (;;) {
    sc_core::wait(asked_);
    const std::uint32_t ahead = *streamed_job_;
    while (!context_.job_times[ahead].arrived) sc_core::wait(queue.arrived);
    const auto& job = std::get<NneJob>(job_at(ahead));
    const auto piece = static_cast<std::uint64_t>(half_coefficient_buffers(context_.chip));
    while (streamed_bytes_ < job.coefficient_bytes) {
      const std::uint64_t bytes = std::min<std::uint64_t>(piece, job.coefficient_bytes - streamed_bytes_);
      const auto offset = static_cast<Address>(streamed_bytes_);
      memory_.transfer(Stream::nne_prefetch, {{job.coefficients + offset, bytes}}, false, layer_of(ahead));
      memory_.transfer(Stream::nne_prefetch, {{job.kernel_cache + offset, bytes}}, true, layer_of(ahead));
      streamed_bytes_ += bytes;
      streamed_.notify(sc_core::SC_ZERO_TIME);
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
