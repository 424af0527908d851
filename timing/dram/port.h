// SPDX-License-Identifier: Apache-2.0
// The way of the streams to the memories behind AXI: ranges are cut into bursts, arbitrated, sent over the
// channels of AXI and answered. Those of DRAM are paced by the interconnect, cross into the memory's clock
// and are mapped to channels, banks and rows and scheduled; those of the AXI-SRAM wait for its port.
// Everything is decided in order of time but only when asked: `advance` does what is certain by then,
// `next_wake` says when to ask again. No SystemC.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "isa/chip.h"
#include "isa/dram/mapping.h"
#include "timing/axi.h"
#include "timing/dram/controller.h"
#include "timing/dram/crossing.h"
#include "timing/memory.h"

namespace trireme {

class DramPort {
 public:
  static constexpr std::size_t kMaxStreams = 16;
  static constexpr Cycle kNever = UINT64_MAX;
  struct Finished {
    std::size_t stream;
    Cycle at;  // the last byte is at the NPU, or the memory has it
  };
  explicit DramPort(const Chip& chip);

  // A stream asks for ranges (not all empty, all in one memory; they stay alive until finished) at the start
  // of cycle `now`.
  void post(std::size_t stream, const std::vector<AddressRange>& ranges, bool write, Cycle now);
  // Everything up to the middle of cycle `now`, when all posts of that cycle are there. Finished streams are
  // appended to finished() before their time has come.
  void advance(Cycle now);
  std::vector<Finished>& finished() { return finished_; }
  // After advance(now): no stream that is not in finished() yet finishes at or before this cycle. kNever:
  // none is active.
  Cycle next_wake(Cycle now) const;
  // Commands of every channel, for tests.
  void record(std::size_t channel, std::vector<DramTraceEntry>* trace) { channels_[channel].record(trace); }

 private:
  struct StreamState {
    RangeCutter ranges;
    bool active = false, write = false, in_sram = false;
    std::uint64_t bytes_left = 0;   // not yet cut into bursts
    std::int64_t columns_left = 0;  // of issued bursts, not yet decided by a controller; bytes in the SRAM
    int bursts_open = 0;
    Cycle finish = 0;
  };
  // Of AXI: reads and writes have an address and a data channel each.
  struct Direction {
    explicit Direction(const AxiConfig& axi) : data(axi) {}
    AxiData data;
    std::uint32_t waiting = 0;  // streams with bursts to issue, a bit each
    std::size_t last_served = kMaxStreams - 1;
    Cycle next_issue = 0;  // of an address
    int outstanding = 0;
    std::deque<Cycle> finishing;  // known ends of outstanding bursts, in order
    struct AtSram {
      Cycle arrival;
      std::uint32_t burst;
    };
    std::deque<AtSram> at_sram;  // bursts that its port has not begun
  };
  struct OpenBurst {
    std::size_t stream;
    std::uint32_t bytes;
    int pieces;
    DramClock data_end;
  };
  Cycle issue_time(const Direction& direction) const;
  void issue(Direction& direction, Cycle at);
  void send(const Burst& burst, std::size_t stream, DramClock arrival);
  void complete(const DramController::Done& done);
  // The burst that a port of the SRAM begins next, and when; kNever: there is none.
  struct SramStart {
    Cycle at = kNever;
    bool write = false;
  };
  SramStart next_sram_start() const;
  void serve_sram(const SramStart& start);
  void finish_burst(std::uint32_t burst, Cycle ready);
  Cycle earliest_finish(const StreamState& state, Cycle now) const;
  DramClock horizon(Cycle cycle) { return crossing_.to_dram(cycle + request_latency_); }

  int outstanding_limit_, bytes_per_cycle_, columns_bytes_;
  std::uint32_t burst_bytes_;
  Cycle request_latency_, response_latency_, address_cycles_;
  int sram_bytes_per_cycle_;
  Cycle sram_latency_;
  SramTiming sram_;
  Pacer pacer_;
  DramClocks clocks_;
  ClockCrossing crossing_;
  DramMapping mapping_;
  std::vector<DramController> channels_;
  std::array<StreamState, kMaxStreams> streams_;
  std::array<Direction, 2> directions_;  // reads, writes
  Cycle last_issue_ = 0;                 // nothing is decided for a time before it any more
  struct Piece {
    std::uint32_t burst;
    int columns;
  };
  std::vector<OpenBurst> bursts_;
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> free_bursts_, free_pieces_;
  std::vector<Finished> finished_;
};

}  // namespace trireme
