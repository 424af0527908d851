// SPDX-License-Identifier: Apache-2.0
// The two encoders of isa/coefficients.h.
#pragma once

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme {

// What the array convolves with: `codes` in graph order, a kernel's weights together.
struct NneWeights {
  const std::uint8_t* codes;
  std::int64_t kernels;     // output channels
  std::int64_t per_kernel;  // kh * kw * input channels of a kernel
  std::uint16_t zero_point;
  bool depthwise;
  int kernels_per_core, superblocks;
  int weight_bytes = 1;  // or 2, low byte first
};
Bytes encode_nne_coefficients(const NneWeights& weights, const Chip& chip);

// Code i of `weight_bytes` bytes.
inline std::uint16_t code_at(const std::uint8_t* codes, std::int64_t i, int weight_bytes) {
  if (weight_bytes == 1) return codes[i];
  return static_cast<std::uint16_t>(codes[2 * i] | codes[2 * i + 1] << 8);
}

struct TpWeights {
  const std::uint8_t* codes;  // [outputs][inputs]
  std::int64_t outputs, inputs;
  std::uint16_t zero_point;
  int weight_bytes = 1;
};
// Tries every width of the run field up to `max_zrl_bits` and takes the one with the shortest stream.
Bytes encode_tp_coefficients(const TpWeights& weights, int max_zrl_bits);

}  // namespace trireme
