// SPDX-License-Identifier: Apache-2.0
// The controller of one channel: first ready, first come first served, writes in batches, nobody waits for
// ever, a refresh every tREFI. Event-driven: every command goes at the earliest legal clock, none is looked
// for in between.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "timing/dram/banks.h"

namespace trireme {

struct DramPolicy {
  int queue;           // runs the scheduler chooses among, of each direction
  DramClock max_wait;  // a run that has waited longer goes before all younger ones
};

// A run of columns as the port asks for it.
struct DramRequest {
  DramRun run;
  DramClock arrival;
  std::uint32_t tag;
};

// One command as recorded; the column commands of a run singly.
struct DramTraceEntry {
  DramClock at;
  DramCommand command;
  int bank;  // -1: all
  std::int64_t row;
};

class DramController {
 public:
  static constexpr DramClock kNever = INT64_MAX;
  struct Done {
    bool done = false;
    std::uint32_t tag = 0;
    DramClock data_end = 0;  // the last data has crossed the pins
  };
  DramController(const DramClocks& clocks, const DramPolicy& policy);

  // No arrival lies before a command that went; of equal arrivals the first pushed is the older.
  void push(const DramRequest& request);
  // When the next command goes if nothing else arrives before or at that clock; kNever without requests.
  DramClock next_time();
  // Lets that command go (a run's column commands together).
  Done step();
  // Refreshes that fall due without requests, up to a clock.
  void refresh_until(DramClock clock);
  // Appends every command to `trace` from here on; entries are in the order of decision.
  void record(std::vector<DramTraceEntry>* trace) { trace_ = trace; }

 private:
  struct Decision {
    DramClock at = kNever;
    DramCommand command = DramCommand::read;
    int bank = 0;
    std::size_t index = 0;  // into the queue of the direction
    bool write = false;
    DramClock precharge = -1;  // refresh: of all banks
  };
  using Queue = std::vector<DramRequest>;
  bool admit_one(DramClock until);
  bool stands_against(const DramRun& newest) const;
  bool waited_too_long(const Queue& queue) const;
  bool choose_direction() const;  // true: writes
  Decision choose();
  void consider_opening(const DramRequest& request, std::size_t index, std::uint32_t& taken,
                        Decision& best) const;
  Decision refresh_decision() const;
  void note(DramClock at, DramCommand command, int bank, std::int64_t row);
  Done finish_run(const Decision& decision);

  DramClocks clocks_;
  DramPolicy policy_;
  DramBanks banks_;
  std::deque<DramRequest> arriving_;  // not yet in a queue: still on the way, or the queue is full
  Queue reads_, writes_;              // oldest first
  bool settled_[2] = {true, true};    // reads, writes: every row that is wanted is open
  bool draining_ = false;             // writes have the bus
  std::size_t batch_ = 0;             // runs since the bus changed direction
  DramClock now_ = 0;                 // of the last command
  DramClock next_refresh_;
  bool decided_ = false;
  Decision decision_;
  std::vector<DramTraceEntry>* trace_ = nullptr;
};

}  // namespace trireme
