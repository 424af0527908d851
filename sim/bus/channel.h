// SPDX-License-Identifier: Apache-2.0
// A shared memory path: streams of the engines ask for ranges, an arbiter serves them burst by burst, round
// robin, as long as the number of bursts in flight allows. One instance for DRAM behind AXI, one for the
// on-chip SRAM.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <systemc>
#include <vector>

#include "sim/kernel/run_context.h"
#include "timing/memory.h"

namespace trireme {

// Who asks. One blocking request at a time each; the order is the round-robin order.
enum class Stream : std::uint8_t {
  nne_input,
  nne_coefficients,
  nne_output,
  tp_input,
  tp_output,
  ppu_input,
  ppu_output,
  host_input,
  host_output
};
constexpr std::size_t kStreams = 9;
const char* name_of(Stream stream);  // "NN input", …

class MemoryChannel : public sc_core::sc_module {
 public:
  using Timing = std::function<Cycle(const Burst&, Cycle now)>;
  struct Limits {
    std::uint32_t burst_bytes;  // ranges are cut at multiples of this
    std::size_t in_flight;      // bursts issued and not finished
  };
  SC_HAS_PROCESS(MemoryChannel);
  MemoryChannel(sc_core::sc_module_name name, Limits limits, Timing timing);

  // Called from a stream's own thread: returns when the last byte has arrived (or was accepted).
  void transfer(Stream stream, const std::vector<AddressRange>& ranges, bool write);

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
  std::unique_ptr<MemoryChannel> dram_, sram_;
};

bool is_on_chip(Address address);
// The ranges of each memory; DRAM first.
std::array<std::vector<AddressRange>, 2> by_memory(const std::vector<AddressRange>& ranges);

}  // namespace trireme
