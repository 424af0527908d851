// SPDX-License-Identifier: Apache-2.0
// Format of the compressed coefficient streams. The compiler writes them, the simulated decoders read those
// very bits. A weight is a word of weight_bits, 8 or 16 (integer codes, or the bits of a float16).
//
// NNE, both codings: CoefficientHeader; then one stream a core, each starting at a
// 64-byte boundary, bits most significant first. Kernels of core n in superblock s: output channels
// first_kernel_of_core(...) .. + kernels_of_core(...).
//
// Huffman, the V8 generation's (order and header fields after hardware.md §2.4; the exact symbols are not
// public, these are ours, docs/isa.md):
//   order: superblock -> block of 9 coefficients of the flattened [ci][ky][kx] kernel -> kernel of the core
//   -> 9 values; the last block is padded with the zero point. Depthwise: superblock -> channel of the core
//   -> blocks of 9.
//   A weight w is coded as r = w - zero_point, wrapped to weight_bits: category 0: r = 0; 1..6: 2^(k-1) <=
//   |r| < 2^k, a sign bit (1 = negative) and k-1 low bits of |r|; 7: anything else, r in weight_bits raw
//   bits. Category -> rank by symbol_map, rank -> prefix: 00, 10, 111, 110, 011, 0101, 01001, 01000.
//
// Zero run, the V7 generation's (order, coding and the beginning of a stream after hardware.md §2.4; that
// runs end with the superblock, and the kernels the source does not name, are ours, docs/isa.md):
//   a stream begins with zrl_bits in 8 bits and the number of the core's kernels in 16 bits
//   order: superblock -> input channel -> kernel of the core -> the plane in blocks of 2 rows x 3 columns,
//   then what is left of it row by row. 1x1 kernels, more than 8 of them in the layer: superblock -> block of
//   6 channels -> kernel. One input channel, depthwise, and other 1x1 kernels: superblock -> kernel,
//   flattened. coding: zero runs, below; a superblock ends when all its weights are there.
//
// TP, fully connected: TpCoefficientHeader, then per output neuron its inputs in order as zero runs; a row
// ends when all inputs are there.
//
// Zero runs: [run, zrl_bits][value, weight_bits]: `run` weights equal to the zero point, then one weight as
// it is. In both codings a kernel of one of several groups has all channels, zeros in those of the others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trireme {

enum class CoefficientCoding : std::uint8_t { huffman, zero_run };
const char* name_of(CoefficientCoding coding);

constexpr int kCategories = 8;
constexpr int kRawCategory = 7;
struct PrefixCode {
  std::uint8_t bits, length;
};
constexpr std::array<PrefixCode, kCategories> kPrefixCodes = {
    {{0b00, 2}, {0b10, 2}, {0b111, 3}, {0b110, 3}, {0b011, 3}, {0b0101, 4}, {0b01001, 5}, {0b01000, 5}}};
constexpr int kMaxNneCores = 32;
constexpr int kStreamAlignment = 64;
constexpr std::uint8_t kDepthwiseFlag = 1, kZeroRunFlag = 2;
constexpr int kRunWidthBits = 8, kKernelCountBits = 16;  // what a zero run stream of the NNE begins with
constexpr int kPlaneBlockRows = 2, kPlaneBlockColumns = 3, kChannelBlock = 6;
constexpr int kFewKernels = 8;  // up to here 1x1 kernels are not cut into blocks of channels
constexpr int kMaxRunBits = 8;

struct CoefficientHeader {               // the stream holds header_bytes(cores) of it
  std::uint8_t version;                  // 1
  std::uint8_t cores;                    // streams that follow
  std::uint8_t weight_bits;              // 8 or 16
  std::uint8_t flags;                    // kDepthwiseFlag, kZeroRunFlag
  std::uint8_t symbol_map[kCategories];  // Huffman: symbol_map[category] = rank; zero run: 0
  std::uint32_t stream_bits[kMaxNneCores];
  std::uint32_t reserved[13];
};
static_assert(sizeof(CoefficientHeader) == 192);
// Of a stream for so many cores: whole units of kStreamAlignment, 64 up to 13 cores.
std::size_t header_bytes(int cores);

struct TpCoefficientHeader {  // 16 bytes
  std::uint8_t version;       // 1
  std::uint8_t zrl_bits;
  std::uint8_t weight_bits;  // 8 or 16
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
