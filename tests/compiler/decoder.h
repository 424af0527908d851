// SPDX-License-Identifier: Apache-2.0
// A second reading of isa/coefficients.h, as plain as possible: the compiler's streams are decoded by this in
// tests.
#pragma once

#include <cstdint>
#include <vector>

#include "support/files.h"

namespace trireme::test {

struct NneShape {
  int kernels, per_kernel, kernels_per_core, superblocks, zero_point;
};
// Weight codes [kernel][per_kernel]. Test failure (and what was decoded so far) if padding is not the zero
// point or a stream has another length than its header says.
std::vector<std::uint8_t> decode_nne(const Bytes& bytes, const NneShape& shape);
std::vector<std::uint8_t> decode_tp(const Bytes& bytes, int zero_point);  // [outputs][inputs]

}  // namespace trireme::test
