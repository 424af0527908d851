// SPDX-License-Identifier: Apache-2.0
#include "timing/cycles.h"

namespace trireme {

Cycle cycles_of_ps(std::int64_t picoseconds, std::int64_t clock_hz) {
  constexpr std::int64_t kPicosecondsPerSecond = 1'000'000'000'000;
  __extension__ using Wide = __int128;  // ps * Hz exceeds 64 bits beyond 9 ms at 1 GHz
  const Wide product = static_cast<Wide>(picoseconds) * clock_hz;
  return static_cast<Cycle>((product + kPicosecondsPerSecond - 1) / kPicosecondsPerSecond);
}

}  // namespace trireme
