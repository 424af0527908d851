// SPDX-License-Identifier: Apache-2.0
// Whole cycles on SystemC's clockless time axis: one cycle is two time units. Engines act at even units,
// arbiters at odd ones, so an arbiter always sees every request of its cycle, whichever process ran first
// (docs/timing.md).
#pragma once

#include <systemc>

#include "timing/cycles.h"

namespace trireme {

constexpr std::uint64_t kUnitsPerCycle = 2;

inline sc_core::sc_time units(std::uint64_t count) { return sc_core::sc_time::from_value(count); }
inline Cycle current_cycle() { return sc_core::sc_time_stamp().value() / kUnitsPerCycle; }

// Waits whole cycles from a cycle's start.
inline void wait_cycles(Cycle count) {
  if (count > 0) sc_core::wait(units(count * kUnitsPerCycle));
}
inline void wait_until(Cycle cycle) {
  const Cycle now = current_cycle();
  if (cycle > now) wait_cycles(cycle - now);
}
// The middle of the current cycle, where arbiters decide.
inline void wait_for_arbitration() {
  if (sc_core::sc_time_stamp().value() % kUnitsPerCycle == 0) sc_core::wait(units(1));
}
// From the middle of a cycle to the middle of a later one.
inline void wait_for_arbitration_at(Cycle cycle) {
  const std::uint64_t now = sc_core::sc_time_stamp().value(), then = cycle * kUnitsPerCycle + 1;
  if (then > now) sc_core::wait(units(then - now));
}
// Notifies at the start of `cycle`, seen from the middle of an earlier one.
inline void notify_at(sc_core::sc_event& event, Cycle cycle) {
  const std::uint64_t now = sc_core::sc_time_stamp().value(), then = cycle * kUnitsPerCycle;
  event.notify(units(then > now ? then - now : 1));
}

}  // namespace trireme
