// SPDX-License-Identifier: Apache-2.0
// Zero skipping: the array leaves out groups of coefficients that are all zero (hardware.md §3.1 [I]). Known
// once the weights are, so that time never depends on activations.
#pragma once

#include "compiler/pack/coefficients.h"

namespace trireme {

// Cycles a row group of the core with most, added up over the superblocks; 0 if the chip skips nothing.
std::uint32_t dot_products_of(const NneWeights& weights, const Chip& chip);

}  // namespace trireme
