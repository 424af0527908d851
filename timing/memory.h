// SPDX-License-Identifier: Apache-2.0
// Memory timing as plain state machines: when does this burst finish, given all that came before. No SystemC.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"
#include "timing/cycles.h"

namespace trireme {

struct AddressRange {
  Address address;
  std::uint64_t bytes;
};
std::uint64_t total_bytes(const std::vector<AddressRange>& ranges);
// Of the whole beats of a bus that each range touches: what crosses it, and what its counters count
// (hardware.md §3.6). Beats and bursts are powers of two here, as check_chip has it.
std::uint64_t beat_bytes(const std::vector<AddressRange>& ranges, std::uint32_t beat);
// What lies less than `beat` bytes apart moves together: a beat of the bus is moved whole, and byte enables
// choose what is written of it.
std::vector<AddressRange> bridged(const std::vector<AddressRange>& ranges, std::uint64_t beat);

struct Burst {
  std::uint32_t address;
  std::uint32_t bytes;
  bool write;
};

// Ranges as bursts, cut at multiples of the burst's size. The ranges stay alive until the last burst is cut;
// what they become then does not matter.
class RangeCutter {
 public:
  RangeCutter() = default;
  // Bursts are whole beats.
  explicit RangeCutter(const std::vector<AddressRange>& ranges, std::uint32_t beat = 1)
      : ranges_(&ranges), beat_(beat) {
    skip_empty();
  }
  bool done() const { return ranges_ == nullptr; }
  // `burst_bytes`: a multiple of the beat, a power of two like it.
  Burst next(std::uint32_t burst_bytes, bool write);

 private:
  void skip_empty();
  const std::vector<AddressRange>* ranges_ = nullptr;
  std::uint32_t beat_ = 1;
  std::size_t range_ = 0;
  std::uint64_t offset_ = 0;  // within the range
};

// One DRAM channel: banks with one open row each, shared data bus, refresh of all banks, read/write
// turnaround. Commands of a later burst may overlap data of an earlier one; data leaves the bus in the order
// of issue.
class DramTiming {
 public:
  DramTiming(const DramConfig& config, std::int64_t clock_hz);
  // Cycle at which the last byte of the burst is at the NPU (read) or accepted (write). `now` never
  // decreases.
  Cycle issue(const Burst& burst, Cycle now);
  bool last_was_row_miss() const { return last_was_row_miss_; }
  Cycle data_cycles(std::uint32_t bytes) const;

 private:
  struct Bank {
    std::int64_t open_row = -1;
    Cycle ready = 0;            // next column command
    Cycle precharge_after = 0;  // earliest precharge (tRAS, tRTP, tWR)
  };
  void refresh_until(Cycle now);
  DramConfig config_;
  std::int64_t clock_hz_;
  Cycle trcd_, trp_, tcl_, twr_, twtr_, trtp_, tras_, trfc_, trefi_, latency_;
  std::vector<Bank> banks_;
  Cycle bus_free_ = 0, next_refresh_ = 0;
  bool last_was_write_ = false, last_was_row_miss_ = false;
};

// An SRAM: ports of bytes_per_cycle, one for both directions or one each, fixed latency.
class SramTiming {
 public:
  explicit SramTiming(const SramConfig& config) : config_(config) {}
  Cycle issue(const Burst& burst, Cycle now);
  // When the port of a direction takes its next burst.
  Cycle port_free(bool write) const { return port_free_[port_of(write)]; }

 private:
  std::size_t port_of(bool write) const { return write && config_.ports > 1 ? 1 : 0; }
  SramConfig config_;
  Cycle port_free_[2] = {0, 0};
};

}  // namespace trireme
