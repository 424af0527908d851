// SPDX-License-Identifier: Apache-2.0
// The Huffman coding of the V8 generation (isa/coefficients.h).
#pragma once

#include <array>

#include "compiler/pack/bit_writer.h"
#include "compiler/pack/weight_order.h"

namespace trireme {

using SymbolMap = std::array<std::uint8_t, kCategories>;  // rank of each category

// Frequent categories get the short prefixes; ties by category number.
SymbolMap symbol_map_of(const std::vector<CoreWeights>& cores, const WeightCodes& codes);
void put_huffman(const Words& words, const WeightCodes& codes, const SymbolMap& map, BitWriter& stream);

}  // namespace trireme
