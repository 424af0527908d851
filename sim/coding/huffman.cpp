// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "sim/coding/decoded_weights.h"
#include "support/error.h"

namespace trireme {

namespace {

constexpr int kLongestPrefix = 5;
constexpr int kBlock = 9;

struct Symbol {
  std::uint8_t category, length;  // of the prefix
};
using Prefixes = std::array<Symbol, std::size_t{1} << kLongestPrefix>;

// Every five bits -> the category they begin with.
Prefixes prefixes_of(const std::uint8_t* symbol_map, const std::string& where) {
  Prefixes prefixes{};
  for (int category = 0; category < kCategories; ++category) {
    if (symbol_map[category] >= kCategories) throw Error(where, "symbol map has ranks beyond the last one");
    const PrefixCode prefix = kPrefixCodes[symbol_map[category]];
    const int free_bits = kLongestPrefix - prefix.length;
    std::fill_n(prefixes.begin() + (prefix.bits << free_bits), std::size_t{1} << free_bits,
                Symbol{static_cast<std::uint8_t>(category), prefix.length});
  }
  for (const Symbol& symbol : prefixes) {
    if (symbol.length == 0) throw Error(where, "symbol map gives two categories the same rank");
  }
  return prefixes;
}

int residual_of(int category, std::uint32_t bits) {
  const int magnitude_bits = category - 1;
  const int magnitude = (1 << magnitude_bits) | static_cast<int>(bits & ((1U << magnitude_bits) - 1));
  return (bits >> magnitude_bits & 1) != 0 ? -magnitude : magnitude;
}

}  // namespace

void decode_huffman(BitReader& reader, const std::uint8_t* symbol_map, const CoreKernels& kernels,
                    DecodedWeights& codes, const std::string& where) {
  const Prefixes prefixes = prefixes_of(symbol_map, where);
  const std::int64_t weights = kernels.weights(), blocks = (weights + kBlock - 1) / kBlock;
  const int raw_bits = codes.bits(), window = kLongestPrefix + raw_bits;
  const auto decode_weight = [&]() -> std::uint32_t {
    const std::uint32_t bits = reader.peek(window);
    const Symbol symbol = prefixes[bits >> raw_bits];
    const int extra_bits = symbol.category == kRawCategory ? raw_bits : symbol.category;
    const std::uint32_t extra = bits >> (window - symbol.length - extra_bits) & ((1U << extra_bits) - 1);
    reader.skip(symbol.length + extra_bits);
    if (symbol.category == 0) return codes.zero_point;
    if (symbol.category == kRawCategory) return codes.zero_point + extra;
    return static_cast<std::uint32_t>(codes.zero_point + residual_of(symbol.category, extra));
  };
  const auto decode_block = [&](int kernel, std::int64_t block) {
    for (std::int64_t i = block * kBlock; i < (block + 1) * kBlock; ++i) {
      const std::uint32_t word = decode_weight();
      if (i < weights) codes.set(static_cast<std::size_t>((kernels.first + kernel) * weights + i), word);
    }
  };
  for (int begin = 0; begin < kernels.count; begin += kernels.at_once) {
    const int end = std::min(kernels.count, begin + kernels.at_once);
    if (kernels.depthwise) {
      for (int k = begin; k < end; ++k) {
        for (std::int64_t b = 0; b < blocks; ++b) decode_block(k, b);
      }
    } else {
      for (std::int64_t b = 0; b < blocks; ++b) {
        for (int k = begin; k < end; ++k) decode_block(k, b);
      }
    }
    if (reader.past_end()) throw Error(where, "coefficient stream ends inside its weights");
  }
}

}  // namespace trireme
