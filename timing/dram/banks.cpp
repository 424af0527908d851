// SPDX-License-Identifier: Apache-2.0
#include "timing/dram/banks.h"

#include <algorithm>

namespace trireme {

namespace {
constexpr DramClock kLongAgo = -1'000'000;
}

DramBanks::DramBanks(const DramClocks& clocks)
    : clocks_(clocks),
      // Alternating, a group comes round every second command.
      pair_spacing_(std::max(clocks.ccd_s, (clocks.ccd_l + 1) / 2)),
      banks_(static_cast<std::size_t>(clocks.banks)) {
  last_activates_.fill(kLongAgo);
}

// The first clock from which the command bus has `slots` free ones, between the column commands of the last
// run.
DramClock DramBanks::fit(DramClock from, int slots) const {
  const DramClock at = std::max(from, bus_free_);
  const DramClock run_end = run_last_ + clocks_.column_slots;
  if (at >= run_end) return at;
  const DramClock phase = (at - run_start_) % run_spacing_;
  const DramClock in_gap = phase < clocks_.column_slots ? at - phase + clocks_.column_slots : at;
  const DramClock next = at - phase + run_spacing_;
  if (in_gap >= run_end || in_gap + slots <= next) return in_gap;
  return clocks_.column_slots + slots <= run_spacing_ ? next + clocks_.column_slots : run_end;
}

DramClock DramBanks::earliest_activate(int bank, DramClock from) const {
  const DramClock window = last_activates_[oldest_activate_] + clocks_.faw;
  return fit(
      std::max({from, banks_[static_cast<std::size_t>(bank)].activate, activate_[group_of(bank)], window}),
      clocks_.activate_slots);
}

DramClock DramBanks::earliest_precharge(int bank, DramClock from) const {
  return fit(std::max({from, banks_[static_cast<std::size_t>(bank)].precharge, precharge_gate_}),
             clocks_.precharge_slots);
}

DramClock DramBanks::earliest_run(const DramRun& run, DramClock from) const {
  const auto ready = [&](int bank) {
    return std::max(banks_[static_cast<std::size_t>(bank)].column,
                    column_[run.write ? 1 : 0][group_of(bank)]);
  };
  DramClock at = std::max(from, ready(run.bank));
  if (run.banks == 2) at = std::max(at, ready(run.bank ^ 1) - pair_spacing_);
  return fit(at, clocks_.column_slots);
}

DramClock DramBanks::earliest_refresh(DramClock from, DramClock& precharge) const {
  precharge = -1;
  DramClock closed = from, rested = from;
  for (const Bank& bank : banks_) {
    if (bank.row >= 0) {
      precharge = closed = std::max({closed, bank.precharge, precharge_gate_});
    } else {
      rested = std::max(rested, bank.activate);
    }
  }
  if (precharge < 0) return fit(rested, clocks_.precharge_slots);
  precharge = std::max(fit(closed, clocks_.precharge_slots), run_last_ + clocks_.column_slots);
  return std::max(rested, precharge + clocks_.rp_all);
}

void DramBanks::activate(int bank, std::int64_t row, DramClock at) {
  Bank& opened = banks_[static_cast<std::size_t>(bank)];
  opened.row = row;
  opened.column = at + clocks_.rcd;
  opened.precharge = at + clocks_.ras;
  opened.activate = at + clocks_.rc;
  for (std::size_t group = 0; group < kMaxGroups; ++group) {
    const int gap = group == group_of(bank) ? clocks_.rrd_l : clocks_.rrd_s;
    activate_[group] = std::max(activate_[group], at + gap);
  }
  last_activates_[oldest_activate_] = at;
  oldest_activate_ = (oldest_activate_ + 1) % last_activates_.size();
  bus_free_ = at + clocks_.activate_slots;
}

void DramBanks::precharge(int bank, DramClock at) {
  Bank& closed = banks_[static_cast<std::size_t>(bank)];
  closed.row = -1;
  closed.activate = std::max(closed.activate, at + clocks_.rp);
  precharge_gate_ = at + clocks_.ppd;
  bus_free_ = at + clocks_.precharge_slots;
}

void DramBanks::note_column(int bank, bool write, DramClock at) {
  Bank& used = banks_[static_cast<std::size_t>(bank)];
  used.precharge = std::max(used.precharge, at + (write ? clocks_.write_to_precharge : clocks_.rtp));
  for (std::size_t group = 0; group < kMaxGroups; ++group) {
    const bool same = group == group_of(bank);
    const DramClock next = at + (same ? clocks_.ccd_l : clocks_.ccd_s);
    const DramClock read = write ? at + (same ? clocks_.write_to_read_l : clocks_.write_to_read_s) : next;
    const DramClock written = write ? next : at + clocks_.read_to_write;
    column_[0][group] = std::max(column_[0][group], read);
    column_[1][group] = std::max(column_[1][group], written);
  }
}

void DramBanks::run(const DramRun& run, DramClock at) {
  run_start_ = at;
  run_spacing_ = spacing(run);
  run_last_ = at + DramClock{run.columns - 1} * run_spacing_;
  // Only the last command in each bank binds what follows.
  const bool ends_in_first = run.banks == 1 || run.columns % 2 == 1;
  if (run.banks == 2)
    note_column(ends_in_first ? run.bank ^ 1 : run.bank, run.write, run_last_ - run_spacing_);
  note_column(ends_in_first ? run.bank : run.bank ^ 1, run.write, run_last_);
  bus_free_ = at + clocks_.column_slots;
  for (std::size_t direction = 0; direction < 2; ++direction) {
    const auto& gates = column_[direction];
    any_column_[direction] = *std::min_element(gates.begin(), gates.begin() + clocks_.groups);
  }
}

void DramBanks::refresh(DramClock precharge, DramClock at) {
  if (precharge >= 0) precharge_gate_ = precharge + clocks_.ppd;
  for (Bank& bank : banks_) {
    bank.row = -1;
    bank.activate = std::max(bank.activate, at + clocks_.rfc);
  }
  bus_free_ = at + clocks_.precharge_slots;
}

}  // namespace trireme
