// SPDX-License-Identifier: Apache-2.0
#include "isa/coefficients.h"

#include <algorithm>
#include <cstddef>

namespace trireme {

std::size_t header_bytes(int cores) {
  const std::size_t used =
      offsetof(CoefficientHeader, stream_bits) + sizeof(std::uint32_t) * static_cast<std::size_t>(cores);
  return (used + kStreamAlignment - 1) / kStreamAlignment * kStreamAlignment;
}

const char* name_of(CoefficientCoding coding) {
  return coding == CoefficientCoding::huffman ? "huffman" : "zero_run";
}

int kernels_of_core(int channels, int cores, int core) {
  return channels / cores + (core < channels % cores ? 1 : 0);
}

int first_kernel_of_core(int channels, int cores, int core) {
  return core * (channels / cores) + std::min(core, channels % cores);
}

}  // namespace trireme
