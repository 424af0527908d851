// SPDX-License-Identifier: Apache-2.0
// Inside sim/coding: the Huffman coding's symbols (isa/coefficients.h), one decoder a job.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/coding/decoded_weights.h"

namespace trireme {

class HuffmanDecoder {
 public:
  // Error for a symbol map that is none.
  HuffmanDecoder(const std::uint8_t* symbol_map, int weight_bits, std::uint16_t zero_point,
                 const std::string& where);
  // One core's stream. Error if it ends inside its weights.
  void decode(BitReader& reader, const CoreKernels& kernels, DecodedWeights& codes,
              const std::string& where) const;

 private:
  static constexpr int kLongestPrefix = 5;
  static constexpr int kPairBits = 11;
  struct Symbol {
    std::uint8_t category, length;  // of the prefix
  };
  struct Weight {
    std::uint16_t word;
    std::uint8_t bits;  // of its code
  };
  // Two weights that a window of 11 bits holds, or one, or none. Of 8 bits only.
  struct Pair {
    std::uint8_t first, second;
    std::uint8_t first_bits, bits;  // bits == first_bits: there is no second
  };
  void fill_prefixes(const std::uint8_t* symbol_map, const std::string& where);
  void fill_pairs();
  Weight weight_at(std::uint64_t window) const;  // that begins at the top of the window
  void decode_run(BitReader& reader, std::size_t count, std::uint16_t* words) const;
  void decode_pairs(BitReader& reader, std::size_t count, std::uint16_t* words) const;

  int weight_bits_;
  std::uint16_t zero_point_;
  std::array<Symbol, std::size_t{1} << kLongestPrefix> prefixes_{};  // by the next five bits
  std::vector<Pair> pairs_;                                          // by the next eleven bits
};

}  // namespace trireme
