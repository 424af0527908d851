// SPDX-License-Identifier: Apache-2.0
// What a quantized network cannot be faster than on a chip, whatever a compiler does: products the array has
// to form, bytes that have to cross the memory's pins. Plain arithmetic on published widths; a chip that has
// more of anything never has a larger bound.
#pragma once

#include <cstdint>

#include "isa/chip.h"
#include "model/graph/graph.h"

namespace trireme {

struct Demand {
  std::int64_t products;       // of convolutions, by weights that are not zero
  std::uint64_t input_bytes;   // network inputs: read at least once
  std::uint64_t output_bytes;  // network outputs: written at least once
  std::uint64_t weights;       // words that have to be read once, in their coding
};
Demand demand_of(const Graph& graph);

struct Roofline {
  std::int64_t array_ps, memory_ps;
  std::int64_t ps() const { return array_ps > memory_ps ? array_ps : memory_ps; }
};
Roofline roofline(const Demand& demand, const Chip& chip);

// Bytes a second that the DRAM's pins, the interconnect's limit and the bus let through.
std::int64_t peak_dram_bytes_per_second(const Chip& chip);
// Products a cycle of all cores.
std::int64_t peak_products_per_cycle(const Chip& chip);

}  // namespace trireme
