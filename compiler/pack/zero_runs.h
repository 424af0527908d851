// SPDX-License-Identifier: Apache-2.0
// Zero runs (isa/coefficients.h): how long they are with each width of the run field, and writing them.
#pragma once

#include <map>

#include "compiler/pack/bit_writer.h"
#include "compiler/pack/weight_order.h"

namespace trireme {

// Runs never go on from one segment to the next: a row of a fully connected layer, a superblock of a core.
class ZeroRuns {
 public:
  ZeroRuns(std::uint16_t zero_point, int weight_bits) : zero_(zero_point), weight_bits_(weight_bits) {}

  void count(const Words& segment);
  // Bits that all counted segments need with run fields of `run_bits`.
  std::int64_t bits(int run_bits) const;
  // The width up to `max_run_bits` that needs the fewest bits, the smaller one of two equal.
  int cheapest_width(int max_run_bits) const;
  // Zeros that end a segment are a run one shorter, closed by the zero point itself.
  void write(const Words& segment, int run_bits, BitWriter& stream) const;

 private:
  std::uint16_t zero_;
  int weight_bits_;
  std::map<std::int64_t, std::int64_t> before_value_, at_end_;  // length of a run -> how often
};

}  // namespace trireme
