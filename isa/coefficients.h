// SPDX-License-Identifier: Apache-2.0
// Format of the compressed coefficient streams. The compiler writes them, the simulated decoders read those
// very bits.
//
// NNE, V8 generation (order and header fields after hardware.md §2.4; the exact symbols are not public, these
// are ours, docs/isa.md):
//   header, 64 bytes: CoefficientHeader
//   one stream a core, each starting at a 64-byte boundary, bits most significant first
//   order: superblock -> block of 9 coefficients of the flattened [ci][ky][kx] kernel -> kernel of the core
//   -> 9 values; the last block is padded with the zero point. Depthwise: superblock -> channel of the core
//   -> blocks of 9. kernels of core n in superblock s: output channels first_kernel(...) .. +
//   kernels_of_core(...) a weight w is coded as r = int8(w - zero_point): category 0: r = 0; 1..6: 2^(k-1) <=
//   |r| < 2^k, a sign bit (1 = negative) and k-1 low bits of |r|; 7: anything else, 8 raw bits of r. Category
//   -> rank by symbol_map, rank -> prefix: 00, 10, 111, 110, 011, 0101, 01001, 01000.
// TP, fully connected: TpCoefficientHeader, then per output neuron its inputs in order, as [run,
// zrl_bits][value, 8]:
//   `run` zeros (weights equal to the zero point), then one value; a row ends when all inputs are there.
#pragma once

#include <array>
#include <cstdint>

namespace trireme {

constexpr int kCategories = 8;
constexpr int kRawCategory = 7;
struct PrefixCode {
  std::uint8_t bits, length;
};
constexpr std::array<PrefixCode, kCategories> kPrefixCodes = {
    {{0b00, 2}, {0b10, 2}, {0b111, 3}, {0b110, 3}, {0b011, 3}, {0b0101, 4}, {0b01001, 5}, {0b01000, 5}}};
constexpr int kMaxNneCores = 10;
constexpr int kStreamAlignment = 64;

struct CoefficientHeader {               // 64 bytes
  std::uint8_t version;                  // 1
  std::uint8_t cores;                    // streams that follow
  std::uint8_t weight_bits;              // 8
  std::uint8_t flags;                    // bit 0: depthwise
  std::uint8_t symbol_map[kCategories];  // symbol_map[category] = rank
  std::uint32_t stream_bits[kMaxNneCores];
  std::uint32_t reserved[3];
};
static_assert(sizeof(CoefficientHeader) == 64);

struct TpCoefficientHeader {  // 16 bytes
  std::uint8_t version;       // 1
  std::uint8_t zrl_bits;
  std::uint8_t weight_bits;  // 8
  std::uint8_t reserved;
  std::uint32_t inputs, outputs;
  std::uint32_t stream_bits;
};
static_assert(sizeof(TpCoefficientHeader) == 16);

// Which output channels a core computes. Cores with a lower index get one more when `channels` is no multiple
// (hardware.md §2.2); superblock s holds kernels [s*f, (s+1)*f) of each core's list.
int kernels_of_core(int channels, int cores, int core);
int first_kernel_of_core(int channels, int cores, int core);

}  // namespace trireme
