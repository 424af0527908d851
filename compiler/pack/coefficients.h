// SPDX-License-Identifier: Apache-2.0
// The encoders of isa/coefficients.h.
#pragma once

#include <vector>

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme {

// Weight codes in graph order, words of 1 or 2 bytes, low byte first.
struct WeightCodes {
  const std::uint8_t* bytes;
  std::uint16_t zero_point;
  int bytes_each = 1;

  int bits() const { return 8 * bytes_each; }
  std::uint16_t word(std::int64_t i) const {
    if (bytes_each == 1) return bytes[i];
    return static_cast<std::uint16_t>(bytes[2 * i] | bytes[2 * i + 1] << 8);
  }
};

// What the array convolves with: a kernel's weights together, [channel][row][column].
struct NneWeights {
  WeightCodes codes;
  std::int64_t kernels;                       // output channels
  std::int64_t channels, kernel_h, kernel_w;  // of one kernel as it is coded; depthwise: 1 channel
  bool depthwise;
  int kernels_per_core, superblocks;
  // Of several groups `codes` has each kernel's own channels / groups; the others are zero.
  std::int64_t groups = 1;

  std::int64_t plane() const { return kernel_h * kernel_w; }
  std::int64_t per_kernel() const { return channels * plane(); }
  std::int64_t first_channel(std::int64_t kernel) const {
    return kernel / (kernels / groups) * (channels / groups);
  }
  // Position i of the plane of a channel.
  std::uint16_t word(std::int64_t kernel, std::int64_t channel, std::int64_t i) const {
    const std::int64_t own = channel - first_channel(kernel), stored = channels / groups;
    if (own < 0 || own >= stored) return codes.zero_point;
    return codes.word((kernel * stored + own) * plane() + i);
  }
};
// In the chip's coding. Zero runs: each core's stream with the width of the run field that makes it shortest.
Bytes encode_nne_coefficients(const NneWeights& weights, const Chip& chip);

// Pairs of run and value in the longest stream of a core; 0 for Huffman streams.
std::uint32_t pairs_of_longest_stream(const Bytes& coefficients);

struct TpWeights {
  WeightCodes codes;  // [outputs][inputs]
  std::int64_t outputs, inputs;
};
// Tries every width of the run field up to `max_zrl_bits` and takes the one with the shortest stream.
Bytes encode_tp_coefficients(const TpWeights& weights, int max_zrl_bits);

}  // namespace trireme
