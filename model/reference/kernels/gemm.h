// SPDX-License-Identifier: Apache-2.0
// Matrix products of the kernels, on Eigen. All matrices are row-major.
#pragma once

#include <cstdint>

namespace trireme {

// c[m,n] = a[m,k] * b[k,n]; rows of c lie `c_stride` apart.
void real_product(const float* a, const float* b, std::int64_t m, std::int64_t k, std::int64_t n, float* c,
                  std::int64_t c_stride);

// The same for integers that are written as real numbers, exact for any k: 8-bit codes in [-128, 128] as
// float, 16-bit ones as double. A slice of k stays below the number up to which the type counts in ones
// (2^24, 2^53); the slices add up as int64.
template <typename Real>
void exact_product(const Real* a, const Real* b, std::int64_t m, std::int64_t k, std::int64_t n,
                   std::int64_t* c);

}  // namespace trireme
