// SPDX-License-Identifier: Apache-2.0
// Runs of layers that could be computed band by band.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/plan/plan.h"

namespace trireme {

// A layer with one job of the array or the TP on whole planes.
struct ChainLayer {
  std::size_t layer;    // index in Plan::layers
  bool second = false;  // an addition that reads what the layer before it writes as its second operand
};

// Longest chains of layers, each of which alone reads what the one before it writes. Only values with bytes
// of their own that the host never sees: nobody misses them when they have none. In order of execution, but
// other layers may stand in between.
std::vector<std::vector<ChainLayer>> chains_of(const Plan& plan);

// The view of a job whose address stands in `field`; nullptr: something else stands there.
const TensorView* view_at(const Job& job, std::uint16_t field);

// The only job of a chain's layer.
Job job_of(const Plan& plan, const ChainLayer& layer);
// The descriptor's field with the address of a view: offsetof(NneJob, input) and so on; input and output
// stand at the same place in a TpJob.
constexpr std::uint16_t address_field(std::size_t view) {
  return static_cast<std::uint16_t>(view + offsetof(TensorView, address));
}

}  // namespace trireme
