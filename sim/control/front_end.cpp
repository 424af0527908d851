// SPDX-License-Identifier: Apache-2.0
#include "sim/control/front_end.h"

namespace trireme {

FrontEnd::FrontEnd(sc_core::sc_module_name name, RunContext& context) : sc_module(name), context_(context) {
  SC_THREAD(run);
}

void FrontEnd::run() {
  const FrontEndConfig& config = context_.chip.front_end;
  wait_cycles(context_.duration(static_cast<Cycle>(config.network_start_cycles)));
  for (std::uint32_t job = 0; job < context_.binary.jobs.size(); ++job) {
    wait_cycles(context_.duration(static_cast<Cycle>(config.command_cycles)));
    EngineQueue& queue = context_.queues[static_cast<std::size_t>(engine_of(context_.binary.jobs[job]))];
    context_.job_times[job].arrived = current_cycle();
    queue.jobs.push_back(job);
    queue.arrived.notify(sc_core::SC_ZERO_TIME);
  }
}

}  // namespace trireme
