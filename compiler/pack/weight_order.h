// SPDX-License-Identifier: Apache-2.0
// The weights of a core in the order of its stream (isa/coefficients.h).
#pragma once

#include "compiler/pack/coefficients.h"

namespace trireme {

using Words = std::vector<std::uint16_t>;
using CoreWeights = std::vector<Words>;  // one of each superblock

CoreWeights in_huffman_order(const NneWeights& weights, const Chip& chip, int core);
CoreWeights in_zero_run_order(const NneWeights& weights, const Chip& chip, int core);

}  // namespace trireme
