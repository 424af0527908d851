// SPDX-License-Identifier: Apache-2.0
// From NPU cycles to memory clocks and back, exactly: the ratio is a fraction in lowest terms. What crosses
// waits for the next edge of the other clock, so both directions round up.
#pragma once

#include <numeric>

#include "isa/dram/grade.h"
#include "timing/cycles.h"

namespace trireme {

class ClockCrossing {
 public:
  // The memory's clock is clock_steps * 100/3 MHz.
  ClockCrossing(std::int64_t clock_steps, std::int64_t npu_hz) {
    const std::int64_t memory = clock_steps * 100'000'000, npu = 3 * npu_hz;
    const std::int64_t common = std::gcd(memory, npu);
    clocks_ = static_cast<std::uint64_t>(memory / common);
    cycles_ = static_cast<std::uint64_t>(npu / common);
  }
  DramClock to_dram(Cycle cycle) const { return static_cast<DramClock>(scale(cycle, clocks_, cycles_)); }
  Cycle to_npu(DramClock clock) const { return scale(static_cast<std::uint64_t>(clock), cycles_, clocks_); }

 private:
  static std::uint64_t scale(std::uint64_t value, std::uint64_t by, std::uint64_t over) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(value) * by + over - 1) / over);
  }
  std::uint64_t clocks_, cycles_;  // clocks_ memory clocks last as long as cycles_ NPU cycles
};

}  // namespace trireme
