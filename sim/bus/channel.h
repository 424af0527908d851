// SPDX-License-Identifier: Apache-2.0
// A shared memory path: streams of the engines ask for ranges, an arbiter serves them burst by burst, round
// robin, as long as the number of bursts in flight allows. One instance for the VIP-SRAM; one for DRAM and
// one for the AXI-SRAM behind AXI, unless those share a scheduled port (dram_channel.h).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <systemc>
#include <vector>

#include "sim/bus/path.h"
#include "sim/kernel/run_context.h"
#include "timing/axi.h"
#include "timing/memory.h"

namespace trireme {

class MemoryChannel : public MemoryPath {
 public:
  using Timing = std::function<Cycle(const Burst&, Cycle now)>;
  struct Limits {
    std::uint32_t burst_bytes;  // ranges are cut at multiples of this
    std::uint32_t beat_bytes;   // and moved in whole beats
    std::size_t in_flight;      // bursts issued and not finished
    bool each_direction;        // reads and writes have so many each: they share no port
  };
  SC_HAS_PROCESS(MemoryChannel);
  MemoryChannel(sc_core::sc_module_name name, Limits limits, Timing timing);

  void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write) override;

 private:
  struct Request {
    RangeCutter ranges;  // done: nothing asked
    bool write = false;
    Cycle finish = 0;
    sc_core::sc_event done;
  };
  void serve();
  using InFlight = std::priority_queue<Cycle, std::vector<Cycle>, std::greater<>>;
  InFlight& in_flight(bool write) { return in_flight_[write && limits_.each_direction ? 1 : 0]; }
  std::optional<std::size_t> next_stream();
  void wait_for_room();

  Limits limits_;
  Timing timing_;
  std::array<Request, kStreams> requests_;
  std::size_t pending_ = 0;
  std::size_t last_served_ = kStreams - 1;
  InFlight in_flight_[2];  // reads and writes; all in the first if they share
  sc_core::sc_event posted_;
};

// The memory system as the engines see it: the address decides the channel, bytes are booked to the layer.
class MemorySystem {
 public:
  MemorySystem(RunContext& context, bool reverse);
  // Returns when done; `layer` gets the bytes. All ranges lie in one memory.
  void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write, std::uint32_t layer);

 private:
  void make_dram();
  void make_axi_sram();
  void make_vip_sram();
  // The data of a burst over the AXI channel of its direction, from when the memory has it ready.
  Cycle address_sent(bool write, Cycle now);
  Cycle over_axi(const Burst& burst, Cycle ready, Cycle now);

  RunContext& context_;
  DramTiming dram_timing_;
  SramTiming axi_sram_timing_, vip_sram_timing_;
  Pacer pacer_;
  AxiData axi_[2];  // reads, writes
  Cycle next_address_[2] = {0, 0}, last_address_ = 0;
  std::unique_ptr<MemoryPath> dram_, axi_sram_, vip_sram_;
  std::array<MemoryPath*, kMemories> path_to_{};
};

bool is_on_chip(Address address);  // in an SRAM
// The ranges of each memory, in the order of Memory.
std::array<std::vector<AddressRange>, kMemories> by_memory(const std::vector<AddressRange>& ranges);

}  // namespace trireme
