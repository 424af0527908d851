// SPDX-License-Identifier: Apache-2.0
// One rank of one channel: open rows and the earliest clock of every kind of command. It answers when a
// command may go and takes note of those that went; what goes next is the controller's choice (controller.h).
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "isa/dram/grade.h"

namespace trireme {

enum class DramCommand : std::uint8_t { activate, precharge, precharge_all, read, write, refresh };

// Consecutive column commands of one row, `spacing` clocks apart; with two banks they alternate between
// groups.
struct DramRun {
  std::int64_t row;
  int bank, banks;  // bank, bank ^ 1 if banks is 2
  int columns;
  bool write;
};

class DramBanks {
 public:
  explicit DramBanks(const DramClocks& clocks);

  bool is_open(const DramRun& run) const {
    return open_row(run.bank) == run.row && (run.banks == 1 || open_row(run.bank ^ 1) == run.row);
  }
  std::int64_t open_row(int bank) const { return banks_[static_cast<std::size_t>(bank)].row; }
  int spacing(const DramRun& run) const { return run.banks == 2 ? pair_spacing_ : clocks_.ccd_l; }

  // The first clock at or after `from` for the command, command bus included. Rows are as the command needs
  // them.
  DramClock earliest_activate(int bank, DramClock from) const;
  DramClock earliest_precharge(int bank, DramClock from) const;
  DramClock earliest_run(const DramRun& run, DramClock from) const;
  // Never earlier than this can any run of the direction start: it is no use to look for a better one.
  DramClock run_bound(bool write) const { return std::max(any_column_[write ? 1 : 0], bus_free_); }
  // All banks closed and at rest for a refresh; `precharge` says when the open ones close, or is -1.
  DramClock earliest_refresh(DramClock from, DramClock& precharge) const;

  void activate(int bank, std::int64_t row, DramClock at);
  void precharge(int bank, DramClock at);
  void run(const DramRun& run, DramClock at);
  void refresh(DramClock precharge, DramClock at);

 private:
  static constexpr std::size_t kMaxGroups = 4;
  struct Bank {
    std::int64_t row = -1;
    DramClock activate = 0, precharge = 0, column = 0;  // earliest
  };
  std::size_t group_of(int bank) const { return static_cast<std::size_t>(bank & (clocks_.groups - 1)); }
  DramClock fit(DramClock from, int slots) const;
  void note_column(int bank, bool write, DramClock at);

  DramClocks clocks_;
  int pair_spacing_;
  std::vector<Bank> banks_;
  // [read, write][group]: the earliest column command after those that went.
  std::array<std::array<DramClock, kMaxGroups>, 2> column_{};
  std::array<DramClock, 2> any_column_{};
  std::array<DramClock, kMaxGroups> activate_{};
  std::array<DramClock, 4> last_activates_;  // a ring, for tFAW
  std::size_t oldest_activate_ = 0;
  DramClock precharge_gate_ = 0;
  // The command bus: free from here on, but for the column commands of the last run.
  DramClock bus_free_ = 0, run_start_ = 0, run_last_ = -1;
  int run_spacing_ = 1;
};

}  // namespace trireme
