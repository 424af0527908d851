// SPDX-License-Identifier: Apache-2.0
// A second reading of isa/coefficients.h, as plain as possible: the compiler's streams are decoded by this in
// tests.
#pragma once

#include <cstdint>
#include <vector>

#include "support/files.h"

namespace trireme::test {

using Words = std::vector<std::uint16_t>;  // weights of 8 or 16 bits

struct NneShape {
  int kernels, channels, height, width, kernels_per_core, superblocks, zero_point;
  int per_kernel() const { return channels * height * width; }
};
// Weight codes [kernel][channel][y][x]. Test failure (and what was decoded so far) if padding is not the zero
// point or a stream has another length than its header says.
Words decode_nne(const Bytes& bytes, const NneShape& shape);
Words decode_tp(const Bytes& bytes, int zero_point);  // [outputs][inputs]

}  // namespace trireme::test
