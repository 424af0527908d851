// SPDX-License-Identifier: Apache-2.0
#include "sim/bus/channel.h"

#include <algorithm>

#include "sim/bus/dram_channel.h"

namespace trireme {

const char* name_of(Stream stream) {
  constexpr const char* kNames[kStreams] = {"NN input",  "NN coefficients", "NN prefetch", "NN output",
                                            "TP input",  "TP output",       "SH input",    "SH output",
                                            "CPU input", "CPU output"};
  return kNames[static_cast<std::size_t>(stream)];
}

bool is_on_chip(Address address) { return !is_dram(address); }

std::array<std::vector<AddressRange>, kMemories> by_memory(const std::vector<AddressRange>& ranges) {
  std::array<std::vector<AddressRange>, kMemories> parts;
  for (const AddressRange& range : ranges)
    parts[static_cast<std::size_t>(memory_of(range.address))].push_back(range);
  return parts;
}

MemoryChannel::MemoryChannel(sc_core::sc_module_name name, Limits limits, Timing timing)
    : MemoryPath(name), limits_(limits), timing_(std::move(timing)) {
  SC_THREAD(serve);
}

void MemoryChannel::transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) {
  if (total_bytes(ranges) == 0) return;
  Request& request = requests_[static_cast<std::size_t>(stream)];
  request.ranges = RangeCutter(ranges, limits_.beat_bytes);
  request.write = write;
  request.finish = 0;
  ++pending_;
  posted_.notify(sc_core::SC_ZERO_TIME);
  sc_core::wait(request.done);
}

// The next in turn whose direction has room.
std::optional<std::size_t> MemoryChannel::next_stream() {
  for (std::size_t i = 1; i <= kStreams; ++i) {
    const std::size_t candidate = (last_served_ + i) % kStreams;
    const Request& request = requests_[candidate];
    if (!request.ranges.done() && in_flight(request.write).size() < limits_.in_flight) return candidate;
  }
  return std::nullopt;
}

// Until a burst is done; a request of the direction that has room may come before.
void MemoryChannel::wait_for_room() {
  if (!limits_.each_direction) return wait_for_arbitration_at(in_flight_[0].top());
  Cycle first = UINT64_MAX;
  for (const InFlight& bursts : in_flight_) {
    if (bursts.size() >= limits_.in_flight) first = std::min(first, bursts.top());
  }
  sc_core::wait(units((first - current_cycle()) * kUnitsPerCycle), posted_);
}

void MemoryChannel::serve() {
  for (;;) {
    // 1. Sleep until somebody asks; decide in the middle of the cycle, when all requests of it are there.
    while (pending_ == 0) sc_core::wait(posted_);
    wait_for_arbitration();
    const Cycle now = current_cycle();
    // 2. Retire what has finished; wait for room.
    for (InFlight& bursts : in_flight_) {
      while (!bursts.empty() && bursts.top() <= now) bursts.pop();
    }
    const std::optional<std::size_t> next = next_stream();
    if (!next) {
      wait_for_room();
      continue;
    }
    // 3. One burst of the next stream in turn.
    last_served_ = *next;
    Request& request = requests_[last_served_];
    const Cycle finish =
        std::max(timing_(request.ranges.next(limits_.burst_bytes, request.write), now), now + 1);
    in_flight(request.write).push(finish);
    request.finish = std::max(request.finish, finish);
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
      axi_sram_timing_(context.chip.axi_sram),
      vip_sram_timing_(context.chip.vip_sram),
      pacer_(context.chip.dram.limit_bytes_per_second, context.chip.clock_hz),
      axi_{AxiData(context.chip.axi), AxiData(context.chip.axi)} {
  if (reverse) make_vip_sram();
  if (reverse) make_axi_sram();
  make_dram();
  if (!reverse) make_axi_sram();
  if (!reverse) make_vip_sram();
  path_to_ = {dram_.get(), axi_sram_ ? axi_sram_.get() : dram_.get(), vip_sram_.get()};
}

Cycle MemorySystem::over_axi(const Burst& burst, Cycle ready, Cycle now) {
  return axi_[burst.write ? 1 : 0].take(burst.bytes, ready, now);
}

// Where addresses take more than a cycle each; those of a cycle go together otherwise (docs/timing.md).
Cycle MemorySystem::address_sent(bool write, Cycle now) {
  const auto each = static_cast<Cycle>(context_.chip.dram.address_cycles);
  if (each <= 1) return now;
  Cycle& next = next_address_[write ? 1 : 0];
  last_address_ = std::max({last_address_, next, now});
  next = last_address_ + each;
  return last_address_;
}

static std::uint32_t beat_of(const Chip& chip) {
  return static_cast<std::uint32_t>(chip.axi.bytes_per_cycle);
}

void MemorySystem::make_dram() {
  const Chip& chip = context_.chip;
  if (chip.dram.model == DramModel::scheduled) {
    dram_ = std::make_unique<DramChannel>("dram", chip);
    return;
  }
  const auto queue = static_cast<std::size_t>(std::min(chip.axi.max_outstanding, chip.dram.queue_bursts));
  dram_ = std::make_unique<MemoryChannel>(
      "dram",
      MemoryChannel::Limits{static_cast<std::uint32_t>(chip.axi.burst_bytes), beat_of(chip), queue, false},
      [this](const Burst& burst, Cycle now) {
        // At the interconnect's pace to DRAM, then over AXI.
        const Cycle sent = address_sent(burst.write, now);
        return over_axi(burst, dram_timing_.issue(burst, pacer_.take(burst.bytes, sent)), now);
      });
}

// Bursts that keep a port busy: one takes at least a cycle, so latency + 1 of them, and one more waits.
static std::size_t bursts_to_hide(const SramConfig& sram) {
  return static_cast<std::size_t>(sram.latency_cycles) + 2;
}

// Behind the same data channels as DRAM. A scheduled port serves both memories itself.
void MemorySystem::make_axi_sram() {
  const Chip& chip = context_.chip;
  if (chip.dram.model == DramModel::scheduled) return;
  const auto in_flight =
      std::min(static_cast<std::size_t>(chip.axi.max_outstanding), bursts_to_hide(chip.axi_sram));
  axi_sram_ = std::make_unique<MemoryChannel>(
      "axi_sram",
      MemoryChannel::Limits{static_cast<std::uint32_t>(chip.axi.burst_bytes), beat_of(chip), in_flight,
                            chip.axi_sram.ports > 1},
      [this](const Burst& burst, Cycle now) {
        return over_axi(burst, axi_sram_timing_.issue(burst, now), now);
      });
}

// A plain pipeline: pieces of a kilobyte share it fairly without an event a beat.
void MemorySystem::make_vip_sram() {
  constexpr std::uint32_t kShare = 1024;
  const SramConfig& sram = context_.chip.vip_sram;
  vip_sram_ = std::make_unique<MemoryChannel>(
      "vip_sram", MemoryChannel::Limits{kShare, 1, bursts_to_hide(sram), sram.ports > 1},
      [this](const Burst& burst, Cycle now) { return vip_sram_timing_.issue(burst, now); });
}

namespace {

std::uint64_t& counter_of(Traffic& traffic, Memory memory, bool write) {
  switch (memory) {
    case Memory::dram:
      return write ? traffic.ddr_write : traffic.ddr_read;
    case Memory::axi_sram:
      return write ? traffic.axi_write : traffic.axi_read;
    case Memory::vip_sram:
      return write ? traffic.sram_write : traffic.sram_read;
  }
  internal_error("unknown memory");
}

// As timelines name it.
const char* short_name(Memory memory) { return memory == Memory::vip_sram ? "SRAM" : name_of(memory); }

}  // namespace

void MemorySystem::transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write,
                            std::uint32_t layer) {
  if (ranges.empty()) return;
  const Memory memory = memory_of(ranges.front().address);
  const std::uint64_t bytes = beat_bytes(ranges, memory == Memory::vip_sram ? 1 : beat_of(context_.chip));
  if (bytes == 0) return;
  counter_of(context_.layer_traffic[layer], memory, write) += bytes;
  if (!context_.options.time) return;
  const Cycle start = current_cycle();
  path_to_[static_cast<std::size_t>(memory)]->transfer(stream, ranges, write);
  context_.record(name_of(stream), short_name(memory) + std::string(write ? " write" : " read"), start,
                  current_cycle(), layer,
                  static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, 0xFFFFFFFF)));
}

}  // namespace trireme
