// SPDX-License-Identifier: Apache-2.0
// A second opinion on a recorded command trace: every pair of commands against the gaps of the standard, open
// rows, four activates in a window, data and command bus. It has its own table, in the standards'
// nanoseconds, and takes nothing from timing/ but the form of the trace.
#pragma once

#include <string>
#include <vector>

#include "timing/dram/controller.h"

namespace trireme {

// The first thing in the trace that the standard forbids, in words; empty if there is none.
std::string first_violation(const std::string& grade, int gigabits, std::vector<DramTraceEntry> trace);
// Clocks between refreshes by the standard, rounded down.
DramClock refresh_interval(const std::string& grade);

}  // namespace trireme
