// SPDX-License-Identifier: Apache-2.0
#include "timing/memory.h"

#include <algorithm>

namespace trireme {

std::uint64_t total_bytes(const std::vector<AddressRange>& ranges) {
  std::uint64_t sum = 0;
  for (const AddressRange& range : ranges) sum += range.bytes;
  return sum;
}

namespace {

// The whole beats that bytes lie in.
AddressRange in_beats(std::uint64_t address, std::uint64_t bytes, std::uint32_t beat) {
  const std::uint64_t in_beat = beat - 1;
  const std::uint64_t begin = address & ~in_beat, end = (address + bytes + in_beat) & ~in_beat;
  return {static_cast<Address>(begin), end - begin};
}

}  // namespace

std::uint64_t beat_bytes(const std::vector<AddressRange>& ranges, std::uint32_t beat) {
  std::uint64_t sum = 0;
  for (const AddressRange& range : ranges) {
    if (range.bytes > 0) sum += in_beats(range.address, range.bytes, beat).bytes;
  }
  return sum;
}

std::vector<AddressRange> bridged(const std::vector<AddressRange>& ranges, std::uint64_t beat) {
  std::vector<AddressRange> joined;
  for (const AddressRange& range : ranges) {
    const std::uint64_t end = joined.empty() ? 0 : joined.back().address + joined.back().bytes;
    if (!joined.empty() && range.address >= end && range.address - end < beat) {
      joined.back().bytes = range.address + range.bytes - joined.back().address;
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

void RangeCutter::skip_empty() {
  while (range_ < ranges_->size() && (*ranges_)[range_].bytes == 0) ++range_;
  if (range_ == ranges_->size()) ranges_ = nullptr;
}

Burst RangeCutter::next(std::uint32_t burst_bytes, bool write) {
  const AddressRange& range = (*ranges_)[range_];
  const auto address = static_cast<Address>(range.address + offset_);
  const std::uint64_t to_boundary = burst_bytes - (address & (burst_bytes - 1));
  const std::uint64_t bytes = std::min(to_boundary, range.bytes - offset_);
  offset_ += bytes;
  if (offset_ == range.bytes) {
    ++range_;
    offset_ = 0;
    skip_empty();
  }
  const AddressRange whole = in_beats(address, bytes, beat_);
  return {static_cast<std::uint32_t>(whole.address), static_cast<std::uint32_t>(whole.bytes), write};
}

DramTiming::DramTiming(const DramConfig& config, std::int64_t clock_hz)
    : config_(config),
      clock_hz_(clock_hz),
      trcd_(cycles_of_ps(config.trcd_ps, clock_hz)),
      trp_(cycles_of_ps(config.trp_ps, clock_hz)),
      tcl_(cycles_of_ps(config.tcl_ps, clock_hz)),
      twr_(cycles_of_ps(config.twr_ps, clock_hz)),
      twtr_(cycles_of_ps(config.twtr_ps, clock_hz)),
      trtp_(cycles_of_ps(config.trtp_ps, clock_hz)),
      tras_(cycles_of_ps(config.tras_ps, clock_hz)),
      trfc_(cycles_of_ps(config.trfc_ps, clock_hz)),
      trefi_(cycles_of_ps(config.trefi_ps, clock_hz)),
      latency_(cycles_of_ps(config.path_latency_ps, clock_hz)),
      banks_(static_cast<std::size_t>(config.banks)),
      next_refresh_(trefi_) {}

Cycle DramTiming::data_cycles(std::uint32_t bytes) const {
  // Whole transfers of the bus, then rounded up to NPU cycles.
  __extension__ using Wide = __int128;
  const std::int64_t transfers = ceil_div(bytes, config_.bus_bytes);
  const Wide cycles = (static_cast<Wide>(transfers) * clock_hz_ + config_.transfers_per_second - 1) /
                      config_.transfers_per_second;
  return static_cast<Cycle>(cycles);
}

void DramTiming::refresh_until(Cycle now) {
  // All banks close and rest for tRFC every tREFI; refreshes due while nothing was asked for cost nothing
  // later.
  while (next_refresh_ <= now) {
    for (Bank& bank : banks_) {
      bank.open_row = -1;
      bank.ready = std::max(bank.ready, next_refresh_ + trfc_);
    }
    next_refresh_ += trefi_;
  }
}

Cycle DramTiming::issue(const Burst& burst, Cycle now) {
  // 1. Refreshes that fell due.
  refresh_until(now);
  // 2. Address: column bits lowest, then bank, then row: neighbouring rows lie in different banks.
  const std::int64_t row_index = burst.address / config_.row_bytes;
  Bank& bank = banks_[static_cast<std::size_t>(row_index % config_.banks)];
  const std::int64_t row = row_index / config_.banks;
  // 3. Open the row: precharge what is open, activate.
  Cycle column = std::max(now, bank.ready);
  last_was_row_miss_ = bank.open_row != row;
  if (last_was_row_miss_) {
    Cycle activate = column;
    if (bank.open_row >= 0) activate = std::max(column, bank.precharge_after) + trp_;
    column = activate + trcd_;
    bank.open_row = row;
    bank.precharge_after = activate + tras_;
  }
  // 4. Turnaround: a read after a write waits tWTR after the last data; the bus carries one burst at a time.
  Cycle bus_free = bus_free_;
  if (last_was_write_ && !burst.write) bus_free += twtr_;
  const Cycle data_start = std::max(column + tcl_, bus_free);
  const Cycle data_end = data_start + data_cycles(burst.bytes);
  // 5. The bank takes its next column command when this burst's data ends; precharge waits for tRTP or tWR.
  bank.ready = data_end > tcl_ ? data_end - tcl_ : 0;
  bank.precharge_after = std::max(bank.precharge_after, burst.write ? data_end + twr_ : bank.ready + trtp_);
  bus_free_ = data_end;
  last_was_write_ = burst.write;
  return data_end + latency_;
}

Cycle SramTiming::issue(const Burst& burst, Cycle now) {
  Cycle& free = port_free_[port_of(burst.write)];
  free = std::max(now, free) + static_cast<Cycle>(ceil_div(burst.bytes, config_.bytes_per_cycle));
  return free + static_cast<Cycle>(config_.latency_cycles);
}

}  // namespace trireme
