// SPDX-License-Identifier: Apache-2.0
// The bus: one data channel a direction, and what the SoC's interconnect lets through to the DRAM behind it.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/chip.h"
#include "timing/cycles.h"

namespace trireme {

// One direction's data channel: bursts of several memories share it, each takes the first gap for all of its
// beats once its data is there.
class AxiData {
 public:
  explicit AxiData(const AxiConfig& config);
  // The cycle at which the last beat has crossed, not before `ready`. `now` never decreases, and no `ready`
  // of a later call lies before it.
  Cycle take(std::uint32_t bytes, Cycle ready, Cycle now);

 private:
  struct Busy {
    Cycle begin, end;
  };
  Cycle beats_of(std::uint32_t bytes) const { return (bytes + beat_bytes_ - 1) >> beat_bits_; }
  std::uint32_t beat_bytes_;  // a power of two, as check_chip has it: of an address so many bits
  unsigned beat_bits_ = 0;
  Cycle most_beats_;
  std::vector<Busy> busy_;  // in order, never adjacent
};

// So many bytes a second and no more, without drift: what is left of a cycle is carried on as a fraction.
class Pacer {
 public:
  // No limit if 0 bytes a second.
  Pacer(std::int64_t bytes_per_second, std::int64_t clock_hz)
      : rate_(static_cast<std::uint64_t>(bytes_per_second)), clock_(static_cast<std::uint64_t>(clock_hz)) {}
  bool limits() const { return rate_ > 0; }
  // When bytes that are ready at `at` go.
  Cycle take(std::uint32_t bytes, Cycle at);
  // No byte behind `bytes` more goes before this cycle.
  Cycle earliest_after(std::uint64_t bytes, Cycle at) const;

 private:
  std::uint64_t rate_, clock_;
  Cycle free_ = 0;          // the next bytes go at free_ + part_ / rate_
  std::uint64_t part_ = 0;  // below rate_
};

}  // namespace trireme
