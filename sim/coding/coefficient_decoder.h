// SPDX-License-Identifier: Apache-2.0
// The coefficient decoders: from the very bits in memory to weights (isa/coefficients.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme {

// All that a decoder goes by besides the stream: equal bytes of equal layouts hold the same weights.
struct NneWeightLayout {
  std::int64_t channels, height, width;  // of a kernel
  int kernels, at_once;                  // of the layer; of a core in one superblock
  bool depthwise;
  int groups;  // of a convolution: kernels are zero outside of their own
  std::uint8_t dtype;
  std::int16_t zero_point;
  CoefficientCoding coding;
  int cores, zrl_bits;
};
struct TpWeightLayout {
  std::uint64_t inputs, outputs;
  std::uint8_t dtype;
  std::int16_t zero_point;
};

NneWeightLayout weight_layout_of(const NneJob& job, const NneConfig& nne);
TpWeightLayout weight_layout_of(const TpJob& job);  // fully connected

// Weights as codes of 1 or 2 bytes (low byte first), [output channel][flattened kernel] or [output][input],
// without the padding of the last blocks. Errors name `where`: a stream that is too short or too long, a
// header that contradicts the job or the chip.
std::vector<std::uint8_t> decode_coefficients(const Bytes& stream, const NneWeightLayout& layout,
                                              const std::string& where);
std::vector<std::uint8_t> decode_coefficients(const Bytes& stream, const TpWeightLayout& layout,
                                              const std::string& where);

}  // namespace trireme
