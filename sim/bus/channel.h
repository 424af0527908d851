// SPDX-License-Identifier: Apache-2.0
// A shared memory path: streams of the engines ask for ranges, an arbiter serves them burst by burst, round
// robin, as long as the number of bursts in flight allows. One instance for the on-chip
// SRAM, one for DRAM behind AXI unless that has a controller of its own (dram_channel.h).
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <systemc>
#include <vector>

#include "sim/bus/path.h"
#include "sim/kernel/run_context.h"
#include "timing/memory.h"

namespace trireme {

class MemoryChannel : public MemoryPath {
 public:
  using Timing = std::function<Cycle(const Burst&, Cycle now)>;
  struct Limits {
    std::uint32_t burst_bytes;  // ranges are cut at multiples of this
    std::size_t in_flight;      // bursts issued and not finished
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
  std::size_t next_stream() const;

  Limits limits_;
  Timing timing_;
  std::array<Request, kStreams> requests_;
  std::size_t pending_ = 0;
  std::size_t last_served_ = kStreams - 1;
  std::priority_queue<Cycle, std::vector<Cycle>, std::greater<>> in_flight_;
  sc_core::sc_event posted_;
};

// The memory system as the engines see it: the address decides the channel, bytes are booked to the layer.
class MemorySystem {
 public:
  MemorySystem(RunContext& context, bool reverse);
  // Returns when done; `layer` gets the bytes. All ranges lie in one memory.
  void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write, std::uint32_t layer);

 private:
  RunContext& context_;
  DramTiming dram_timing_;
  SramTiming sram_timing_;
  Cycle axi_free_[2] = {0, 0};  // read, write
  std::unique_ptr<MemoryPath> dram_, sram_;
};

bool is_on_chip(Address address);
// The ranges of each memory; DRAM first.
std::array<std::vector<AddressRange>, 2> by_memory(const std::vector<AddressRange>& ranges);

}  // namespace trireme
