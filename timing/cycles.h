// SPDX-License-Identifier: Apache-2.0
// Cycle counts. Everything is whole NPU cycles.
#pragma once

#include <cstdint>

namespace trireme {

using Cycle = std::uint64_t;

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
// Picoseconds to whole cycles, rounded up; exact in 128-bit integers.
Cycle cycles_of_ps(std::int64_t picoseconds, std::int64_t clock_hz);

}  // namespace trireme
