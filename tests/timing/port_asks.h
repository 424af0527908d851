// SPDX-License-Identifier: Apache-2.0
// Asks of streams for the port to the memories behind AXI, and when they finish.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "timing/dram/port.h"

namespace trireme {

struct Ask {
  Cycle at;
  std::size_t stream;
  std::vector<AddressRange> ranges;
  bool write;
};

// Finish cycle of every ask. `step`: cycles between calls of advance besides those next_wake asks for (0:
// none).
inline std::vector<Cycle> serve(const Chip& chip, const std::vector<Ask>& asks, Cycle step = 0,
                                std::vector<DramTraceEntry>* trace = nullptr) {
  DramPort port(chip);
  if (trace != nullptr) port.record(0, trace);
  std::vector<Cycle> finish(asks.size());
  std::map<std::size_t, std::size_t> ask_of;  // the ask a stream is busy with
  std::size_t next = 0;
  Cycle now = 0;
  for (;;) {
    while (next < asks.size() && asks[next].at == now) {
      ask_of[asks[next].stream] = next;
      port.post(asks[next].stream, asks[next].ranges, asks[next].write, now);
      ++next;
    }
    port.advance(now);
    for (const DramPort::Finished& done : port.finished()) {
      EXPECT_GT(done.at, now);  // told before its time
      finish[ask_of.at(done.stream)] = done.at;
    }
    port.finished().clear();
    Cycle wake = port.next_wake(now);
    if (next < asks.size()) wake = std::min(wake, asks[next].at);
    if (wake == DramPort::kNever) return finish;
    if (step > 0) wake = std::min(wake, now + step);
    EXPECT_GT(wake, now);
    now = wake;
  }
}

// Asks of several streams at random times; a stream asks again when its last ask must be done.
inline std::vector<Ask> random_asks(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Ask> asks;
  Cycle round = 0;
  for (int i = 0; i < 12; ++i, round += 40'000) {
    for (std::size_t stream = 0; stream < 6; ++stream) {
      if (random() % 3 == 0) continue;
      Ask ask{round + random() % 3 * 100, stream, {}, random() % 2 == 0};
      for (std::uint64_t ranges = 1 + random() % 3; ranges > 0; --ranges)
        ask.ranges.push_back(
            {static_cast<Address>(random() % (1 << 26)), random() % 2 == 0 ? 0 : random() % 3000});
      ask.ranges.push_back({static_cast<Address>(random() % (1 << 26)), 1 + random() % 3000});
      asks.push_back(ask);
    }
  }
  std::stable_sort(asks.begin(), asks.end(), [](const Ask& a, const Ask& b) { return a.at < b.at; });
  return asks;
}

}  // namespace trireme
