// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/zero_runs.h"

#include "timing/cycles.h"

namespace trireme {

void ZeroRuns::count(const Words& segment) {
  std::int64_t run = 0;
  for (const std::uint16_t word : segment) {
    if (word == zero_) {
      ++run;
    } else {
      ++before_value_[run];
      run = 0;
    }
  }
  if (run > 0) ++at_end_[run];
}

// A pair covers 2^run_bits weights at most.
std::int64_t ZeroRuns::bits(int run_bits) const {
  const std::int64_t reach = std::int64_t{1} << run_bits;
  std::int64_t pairs = 0;
  for (const auto& [run, times] : before_value_) pairs += (run / reach + 1) * times;
  for (const auto& [run, times] : at_end_) pairs += ceil_div(run, reach) * times;
  return pairs * (run_bits + weight_bits_);
}

int ZeroRuns::cheapest_width(int max_run_bits) const {
  int cheapest = 0;
  for (int width = 1; width <= max_run_bits; ++width) {
    if (bits(width) < bits(cheapest)) cheapest = width;
  }
  return cheapest;
}

void ZeroRuns::write(const Words& segment, int run_bits, BitWriter& stream) const {
  const std::size_t longest = (std::size_t{1} << run_bits) - 1;
  std::size_t run = 0;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool must_end = run == longest || i + 1 == segment.size();
    if (segment[i] == zero_ && !must_end) {
      ++run;
      continue;
    }
    stream.put(static_cast<std::uint32_t>(run), run_bits);
    stream.put(segment[i], weight_bits_);
    run = 0;
  }
}

}  // namespace trireme
