// SPDX-License-Identifier: Apache-2.0
#include "sim/coding/huffman.h"

#include <algorithm>

#include "support/error.h"

namespace trireme {

namespace {

constexpr int kBlock = 9;
constexpr int kWindowBits = 64;
constexpr int kUsableBits = 57;  // of a window, wherever it begins in a byte

int residual_of(int category, std::uint64_t bits) {
  const int magnitude_bits = category - 1;
  const int magnitude = (1 << magnitude_bits) | static_cast<int>(bits & ((1U << magnitude_bits) - 1));
  return (bits >> magnitude_bits & 1) != 0 ? -magnitude : magnitude;
}

}  // namespace

HuffmanDecoder::HuffmanDecoder(const std::uint8_t* symbol_map, int weight_bits, std::uint16_t zero_point,
                               const std::string& where)
    : weight_bits_(weight_bits), zero_point_(zero_point) {
  fill_prefixes(symbol_map, where);
  if (weight_bits == 8) fill_pairs();
}

void HuffmanDecoder::fill_prefixes(const std::uint8_t* symbol_map, const std::string& where) {
  for (int category = 0; category < kCategories; ++category) {
    if (symbol_map[category] >= kCategories) throw Error(where, "symbol map has ranks beyond the last one");
    const PrefixCode prefix = kPrefixCodes[symbol_map[category]];
    const int free_bits = kLongestPrefix - prefix.length;
    std::fill_n(prefixes_.begin() + (prefix.bits << free_bits), std::size_t{1} << free_bits,
                Symbol{static_cast<std::uint8_t>(category), prefix.length});
  }
  for (const Symbol& symbol : prefixes_) {
    if (symbol.length == 0) throw Error(where, "symbol map gives two categories the same rank");
  }
}

HuffmanDecoder::Weight HuffmanDecoder::weight_at(std::uint64_t window) const {
  const Symbol symbol = prefixes_[window >> (kWindowBits - kLongestPrefix)];
  const int extra_bits = symbol.category == kRawCategory ? weight_bits_ : symbol.category;
  const auto bits = static_cast<std::uint8_t>(symbol.length + extra_bits);
  if (symbol.category == 0) return {zero_point_, bits};
  const std::uint64_t extra = window << symbol.length >> (kWindowBits - extra_bits);
  const int residual =
      symbol.category == kRawCategory ? static_cast<int>(extra) : residual_of(symbol.category, extra);
  return {static_cast<std::uint16_t>(zero_point_ + residual), bits};
}

void HuffmanDecoder::fill_pairs() {
  pairs_.resize(std::size_t{1} << kPairBits);
  for (std::size_t code = 0; code < pairs_.size(); ++code) {
    const std::uint64_t window = static_cast<std::uint64_t>(code) << (kWindowBits - kPairBits);
    const Weight first = weight_at(window);
    if (first.bits > kPairBits) continue;
    const Weight second = weight_at(window << first.bits);
    const bool both = first.bits + second.bits <= kPairBits;
    pairs_[code] = {static_cast<std::uint8_t>(first.word), static_cast<std::uint8_t>(second.word), first.bits,
                    static_cast<std::uint8_t>(first.bits + (both ? second.bits : 0))};
  }
}

void HuffmanDecoder::decode_run(BitReader& reader, std::size_t count, std::uint16_t* words) const {
  for (std::size_t i = 0; i < count; ++i) {
    const Weight weight = weight_at(reader.window());
    words[i] = weight.word;
    reader.skip(weight.bits);
  }
}

// `words` has room for one more than `count`.
void HuffmanDecoder::decode_pairs(BitReader& reader, std::size_t count, std::uint16_t* words) const {
  std::size_t done = 0;
  while (done + 1 < count) {
    std::uint64_t window = reader.window();
    int used = 0;
    while (used + kPairBits <= kUsableBits && done + 1 < count) {
      const Pair pair = pairs_[window >> (kWindowBits - kPairBits)];
      if (pair.bits == 0) break;
      words[done] = pair.first;
      words[done + 1] = pair.second;
      done += pair.bits == pair.first_bits ? 1 : 2;
      window <<= pair.bits;
      used += pair.bits;
    }
    reader.skip(used);
    if (used == 0) decode_run(reader, 1, words + done++);  // a long code
  }
  decode_run(reader, count - done, words + done);
}

void HuffmanDecoder::decode(BitReader& reader, const CoreKernels& kernels, DecodedWeights& codes,
                            const std::string& where) const {
  const auto weights = static_cast<std::size_t>(kernels.weights());
  const std::size_t blocks = (weights + kBlock - 1) / kBlock;
  std::vector<std::uint16_t> words(
      static_cast<std::size_t>(std::min(kernels.at_once, kernels.count)) * blocks * kBlock + 1);
  for (int begin = 0; begin < kernels.count; begin += kernels.at_once) {
    // 1. The weights of a superblock in the order of the stream.
    const auto at_once = static_cast<std::size_t>(std::min(kernels.count - begin, kernels.at_once));
    const std::size_t count = at_once * blocks * kBlock;
    weight_bits_ == 8 ? decode_pairs(reader, count, words.data()) : decode_run(reader, count, words.data());
    if (reader.past_end()) throw Error(where, "coefficient stream ends inside its weights");
    // 2. Each block to its kernel, without the padding of the last one.
    const std::uint16_t* from = words.data();
    for (std::size_t i = 0; i < at_once * blocks; ++i, from += kBlock) {
      const std::size_t kernel = kernels.depthwise ? i / blocks : i % at_once;
      const std::size_t first = (kernels.depthwise ? i % blocks : i / at_once) * kBlock;
      const std::size_t of_layer = static_cast<std::size_t>(kernels.first + begin) + kernel;
      const std::size_t to = of_layer * weights + first;
      for (std::size_t k = 0; k < std::min<std::size_t>(kBlock, weights - first); ++k) {
        if (kernels.groups == 1) {
          codes.set(to + k, from[k]);
        } else {
          keep(kernels, static_cast<std::int64_t>(of_layer), static_cast<std::int64_t>(first + k), from[k],
               codes, where);
        }
      }
    }
  }
}

}  // namespace trireme
