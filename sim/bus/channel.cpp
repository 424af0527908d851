// SPDX-License-Identifier: Apache-2.0
#include "sim/bus/channel.h"

#include <algorithm>

#include "sim/bus/dram_channel.h"

namespace trireme {

const char* name_of(Stream stream) {
  constexpr const char* kNames[kStreams] = {"NN input",  "NN coefficients", "NN output",
                                            "TP input",  "TP output",       "SH input",
                                            "SH output", "CPU input",       "CPU output"};
  return kNames[static_cast<std::size_t>(stream)];
}

bool is_on_chip(Address address) { return address >= kVipSramBase; }

std::array<std::vector<AddressRange>, 2> by_memory(const std::vector<AddressRange>& ranges) {
  std::array<std::vector<AddressRange>, 2> parts;
  for (const AddressRange& range : ranges) parts[is_on_chip(range.address) ? 1 : 0].push_back(range);
  return parts;
}

MemoryChannel::MemoryChannel(sc_core::sc_module_name name, Limits limits, Timing timing)
    : MemoryPath(name), limits_(limits), timing_(std::move(timing)) {
  SC_THREAD(serve);
}

void MemoryChannel::transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) {
  if (total_bytes(ranges) == 0) return;
  Request& request = requests_[static_cast<std::size_t>(stream)];
  request.ranges = RangeCutter(ranges);
  request.write = write;
  ++pending_;
  posted_.notify(sc_core::SC_ZERO_TIME);
  sc_core::wait(request.done);
}

std::size_t MemoryChannel::next_stream() const {
  for (std::size_t i = 1; i <= kStreams; ++i) {
    const std::size_t candidate = (last_served_ + i) % kStreams;
    if (!requests_[candidate].ranges.done()) return candidate;
  }
  internal_error("memory channel has a pending request of no stream");
}

void MemoryChannel::serve() {
  for (;;) {
    // 1. Sleep until somebody asks; decide in the middle of the cycle, when all requests of it are there.
    while (pending_ == 0) sc_core::wait(posted_);
    wait_for_arbitration();
    const Cycle now = current_cycle();
    // 2. Retire what has finished; wait for room.
    while (!in_flight_.empty() && in_flight_.top() <= now) in_flight_.pop();
    if (in_flight_.size() >= limits_.in_flight) {
      wait_for_arbitration_at(in_flight_.top());
      continue;
    }
    // 3. One burst of the next stream in turn.
    last_served_ = next_stream();
    Request& request = requests_[last_served_];
    const Cycle finish =
        std::max(timing_(request.ranges.next(limits_.burst_bytes, request.write), now), now + 1);
    in_flight_.push(finish);
    request.finish = finish;  // bursts of one request leave in order
    // 4. The request's last burst: its stream goes on when all its bytes are there.
    if (request.ranges.done()) {
      --pending_;
      notify_at(request.done, request.finish);
    }
  }
}

MemorySystem::MemorySystem(RunContext& context, bool reverse)
    : context_(context),
      dram_timing_(context.chip.dram, context.chip.clock_hz),
      sram_timing_(context.chip.vip_sram) {
  const Chip& chip = context.chip;
  const auto dram_path = [this, &chip](const Burst& burst, Cycle now) {
    // DRAM, then the AXI data channel of the direction: 16 bytes a cycle each way (hardware.md §3.2).
    const Cycle at_dram = dram_timing_.issue(burst, now);
    Cycle& free = axi_free_[burst.write ? 1 : 0];
    const auto beats = static_cast<Cycle>(ceil_div(burst.bytes, chip.axi.bytes_per_cycle));
    free = std::max(at_dram, free + beats);
    return free;
  };
  const auto make_dram = [&] {
    if (chip.dram.model == DramModel::scheduled) {
      dram_ = std::make_unique<DramChannel>("dram", chip);
      return;
    }
    const auto queue = static_cast<std::size_t>(std::min(chip.axi.max_outstanding, chip.dram.queue_bursts));
    dram_ = std::make_unique<MemoryChannel>(
        "dram", MemoryChannel::Limits{static_cast<std::uint32_t>(chip.axi.burst_bytes), queue}, dram_path);
  };
  const auto make_sram = [&] {
    // The SRAM port is a plain pipeline: pieces of a kilobyte share it fairly without an event a beat. A
    // piece takes at least one cycle of the port, so latency + 1 of them in flight keep it busy, and one more
    // waits.
    constexpr std::uint32_t kShare = 1024;
    const auto in_flight = static_cast<std::size_t>(chip.vip_sram.latency_cycles) + 2;
    sram_ = std::make_unique<MemoryChannel>(
        "vip_sram", MemoryChannel::Limits{kShare, in_flight},
        [this](const Burst& burst, Cycle now) { return sram_timing_.issue(burst, now); });
  };
  if (reverse) make_sram();
  make_dram();
  if (!reverse) make_sram();
}

void MemorySystem::transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write,
                            std::uint32_t layer) {
  const std::uint64_t bytes = total_bytes(ranges);
  if (bytes == 0) return;
  const bool on_chip = is_on_chip(ranges.front().address);
  Traffic& traffic = context_.layer_traffic[layer];
  std::uint64_t& counter = on_chip ? (write ? traffic.sram_write : traffic.sram_read)
                                   : (write ? traffic.ddr_write : traffic.ddr_read);
  counter += bytes;
  if (!context_.options.time) return;
  const Cycle start = current_cycle();
  (on_chip ? *sram_ : *dram_).transfer(stream, ranges, write);
  const std::string memory = on_chip ? "SRAM" : "DRAM";
  context_.record(name_of(stream), memory + (write ? " write" : " read"), start, current_cycle(), layer,
                  static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, 0xFFFFFFFF)));
}

}  // namespace trireme
