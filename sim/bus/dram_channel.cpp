// SPDX-License-Identifier: Apache-2.0
#include "sim/bus/dram_channel.h"

#include "sim/kernel/cycle_time.h"

namespace trireme {

static_assert(kStreams <= DramPort::kMaxStreams);

DramChannel::DramChannel(sc_core::sc_module_name name, const Chip& chip) : MemoryPath(name), port_(chip) {
  SC_THREAD(serve);
}

void DramChannel::transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) {
  if (total_bytes(ranges) == 0) return;
  const auto index = static_cast<std::size_t>(stream);
  port_.post(index, ranges, write, current_cycle());
  posted_.notify(sc_core::SC_ZERO_TIME);
  sc_core::wait(done_[index]);
}

void DramChannel::serve() {
  for (;;) {
    // 1. In the middle of the cycle, when all requests of it are there.
    wait_for_arbitration();
    const Cycle now = current_cycle();
    port_.advance(now);
    for (const DramPort::Finished& finished : port_.finished())
      notify_at(done_[finished.stream], finished.at);
    port_.finished().clear();
    // 2. Sleep until somebody asks or a stream may be about to finish.
    const Cycle wake = port_.next_wake(now);
    if (wake == DramPort::kNever) {
      sc_core::wait(posted_);
    } else {
      sc_core::wait(units((wake - now) * kUnitsPerCycle), posted_);
    }
  }
}

}  // namespace trireme
