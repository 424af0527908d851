// SPDX-License-Identifier: Apache-2.0
#include "compiler/pack/huffman.h"

#include <algorithm>
#include <numeric>

namespace trireme {

namespace {

// Differences wrap to the width of a weight; the decoder adds the zero point modulo the same.
int residual(std::uint16_t word, const WeightCodes& codes) {
  const auto difference = static_cast<std::uint16_t>(word - codes.zero_point);
  if (codes.bytes_each == 1) return static_cast<std::int8_t>(static_cast<std::uint8_t>(difference));
  return static_cast<std::int16_t>(difference);
}

int category_of(int r) {
  const int magnitude = r < 0 ? -r : r;
  int bits = 0;
  while (magnitude >> bits != 0) ++bits;
  return std::min(bits, kRawCategory);
}

}  // namespace

SymbolMap symbol_map_of(const std::vector<CoreWeights>& cores, const WeightCodes& codes) {
  std::array<std::uint64_t, kCategories> histogram{};
  for (const CoreWeights& superblocks : cores) {
    for (const Words& words : superblocks) {
      for (const std::uint16_t word : words)
        ++histogram[static_cast<std::size_t>(category_of(residual(word, codes)))];
    }
  }
  SymbolMap order{}, map{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return histogram[a] > histogram[b]; });
  for (std::size_t rank = 0; rank < order.size(); ++rank) map[order[rank]] = static_cast<std::uint8_t>(rank);
  return map;
}

void put_huffman(const Words& words, const WeightCodes& codes, const SymbolMap& map, BitWriter& stream) {
  for (const std::uint16_t word : words) {
    const int r = residual(word, codes), category = category_of(r);
    const PrefixCode prefix = kPrefixCodes[map[static_cast<std::size_t>(category)]];
    stream.put(prefix.bits, prefix.length);
    if (category == 0) continue;
    if (category == kRawCategory) {
      stream.put(static_cast<std::uint32_t>(r), codes.bits());
      continue;
    }
    stream.put(r < 0 ? 1 : 0, 1);
    stream.put(static_cast<std::uint32_t>(r < 0 ? -r : r), category - 1);  // the leading one is implied
  }
}

}  // namespace trireme
