// SPDX-License-Identifier: Apache-2.0
#include "sim/control/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/memory/operands.h"

namespace trireme {

EngineUnit::EngineUnit(sc_core::sc_module_name name, Engine engine, RunContext& context, MemorySystem& memory)
    : sc_module(name),
      context_(context),
      memory_(memory),
      account_(context.binary.layers.size()),
      engine_(engine) {
  SC_THREAD(run);
}

OperandReader EngineUnit::reader_for(std::uint32_t job) {
  return {context_.memory, context_.checker, context_.describe(job), current_cycle()};
}

void EngineUnit::transfer_all(Stream stream, const std::vector<AddressRange>& ranges, bool write,
                              std::uint32_t layer) {
  const auto parts = by_memory(ranges);
  for (int i = 0; i < kMemories; ++i) {
    memory_.transfer(stream, parts[static_cast<std::size_t>(i)], write, layer);
    const bool dram = static_cast<Memory>(i) == Memory::dram;
    account_.charge(dram ? Cause::dram : write ? Cause::output : Cause::input, current_cycle());
  }
}

void EngineUnit::run() {
  EngineQueue& queue = context_.queues[static_cast<std::size_t>(engine_)];
  const std::uint32_t expected = context_.jobs_of_engine[static_cast<std::size_t>(engine_)];
  for (std::uint32_t done = 0; done < expected; ++done) {
    // 1. The next command of this engine.
    while (queue.jobs.empty()) sc_core::wait(queue.arrived);
    const std::uint32_t job = queue.jobs.front();
    queue.jobs.pop_front();
    account_.charge(Cause::idle, current_cycle());
    // An error ends this engine; the others run dry, and simulate() throws it on.
    try {
      run_job(job);
    } catch (const Error&) {
      if (!context_.failure) context_.failure = std::current_exception();
      return;
    }
  }
}

void EngineUnit::run_job(std::uint32_t job) {
  const JobHeader& header = header_of(job_at(job));
  current_job_ = job;
  // 2. Its events: other engines' results.
  for (const std::uint16_t event : header.wait_events) {
    if (event == kNoEvent) continue;
    waiting_event_ = event;
    context_.events.wait_for(event);
  }
  waiting_event_ = kNoEvent;
  account_.charge(Cause::engine, current_cycle());
  // 3. Launch.
  const Cycle start = current_cycle();
  context_.job_times[job].started = true;
  context_.job_times[job].start = start;
  account_.set_layer(header.layer);
  wait_cycles(context_.duration(launch_left(job)));
  account_.charge(Cause::launch, current_cycle());
  // 4. Operands are read now, results become visible at the end.
  context_.checker.begin(static_cast<int>(job), ranges(job), current_cycle());
  if (context_.options.data) read_operands(job);
  if (context_.options.time) spend(job);
  if (context_.options.data) write_results(job);
  context_.checker.finish(static_cast<int>(job), current_cycle());
  // 5. Done: tell whoever waits.
  account_.set_layer(Account::kNoLayer);
  const std::string lid =
      header.layer < context_.binary.layers.size() ? context_.binary.layers[header.layer].lid : "";
  context_.record(name_of(engine_), lid, start, current_cycle(), header.layer, job);
  context_.job_finished(job);
  context_.events.signal(header.signal_event);
  current_job_ = -1;
}

// What is left of the launch, which may have begun when the stage was idle, the command there and its events
// set.
Cycle EngineUnit::launch_left(std::uint32_t job) const {
  Cycle begin = std::max(launches_since(), context_.job_times[job].arrived.value_or(0));
  for (const std::uint16_t event : header_of(job_at(job)).wait_events) {
    if (event != kNoEvent) begin = std::max(begin, context_.events.set_since(event));
  }
  const Cycle launch = launch_cycles(), now = current_cycle();
  return launch - std::min(launch, now - std::min(begin, now));
}

std::string EngineUnit::waits_for() const {
  if (current_job_ < 0) return {};
  const auto job = static_cast<std::uint32_t>(current_job_);
  if (waiting_event_ == kNoEvent) return fmt::format("{} never finishes", context_.describe(job));
  std::string signaller = "which no job signals";
  for (std::uint32_t other = 0; other < context_.binary.jobs.size(); ++other) {
    if (header_of(context_.binary.jobs[other]).signal_event == waiting_event_) {
      signaller = fmt::format("which {} signals and has not", context_.describe(other));
    }
  }
  return fmt::format("{} waits for event {}, {}", context_.describe(job), waiting_event_, signaller);
}

}  // namespace trireme
