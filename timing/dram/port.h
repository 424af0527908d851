// SPDX-License-Identifier: Apache-2.0
// The way of the streams to DRAM: ranges are cut into AXI bursts, arbitrated, sent over the channels of AXI
// into the memory's clock, mapped to channels, banks and rows, scheduled, and answered. Everything is decided
// in order of time but only when asked: `advance` does what is certain by then, `next_wake` says when to ask
// again. No SystemC.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "isa/chip.h"
#include "timing/dram/controller.h"
#include "timing/dram/crossing.h"
#include "timing/dram/mapping.h"
#include "timing/memory.h"

namespace trireme {

DramShape dram_shape(const DramConfig& config, const DramClocks& clocks);

class DramPort {
 public:
  static constexpr std::size_t kMaxStreams = 16;
  static constexpr Cycle kNever = UINT64_MAX;
  struct Finished {
    std::size_t stream;
    Cycle at;  // the last byte is at the NPU, or the memory has it
  };
  explicit DramPort(const Chip& chip);

  // A stream asks for ranges (not all empty; they stay alive until finished) at the start of cycle `now`.
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
    bool active = false, write = false;
    std::uint64_t bytes_left = 0;   // not yet cut into bursts
    std::int64_t columns_left = 0;  // of issued bursts, not yet decided by a controller
    int bursts_open = 0;
    Cycle finish = 0;
  };
  // Of AXI: reads and writes have an address and a data channel each.
  struct Direction {
    std::uint32_t waiting = 0;  // streams with bursts to issue, a bit each
    std::size_t last_served = kMaxStreams - 1;
    Cycle next_issue = 0;  // one address a cycle
    Cycle data_free = 0;
    int outstanding = 0;
    std::deque<Cycle> finishing;  // known ends of outstanding bursts, in order
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
  DramClock horizon(Cycle cycle) { return crossing_.to_dram(cycle + request_latency_); }

  int outstanding_limit_, bytes_per_cycle_, columns_bytes_;
  std::uint32_t burst_bytes_;
  Cycle request_latency_, response_latency_;
  DramClocks clocks_;
  ClockCrossing crossing_;
  DramMapping mapping_;
  std::vector<DramController> channels_;
  std::array<StreamState, kMaxStreams> streams_;
  std::array<Direction, 2> directions_;  // reads, writes
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
