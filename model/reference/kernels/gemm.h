// SPDX-License-Identifier: Apache-2.0
// Matrix products of the kernels, on Eigen. All matrices are row-major.
#pragma once

#include <cstdint>

namespace trireme {

// c[m,n] = a[m,k] * b[k,n]; rows of c lie `c_stride` apart.
void real_product(const float* a, const float* b, std::int64_t m, std::int64_t k, std::int64_t n, float* c,
                  std::int64_t c_stride);

// The same for integers in [-128, 128] that are written as floats, exact for any k: each slice of 1024
// products of at most 2^14 stays below 2^24, where float32 still counts in ones; the slices add up as int64.
void exact_product(const float* a, const float* b, std::int64_t m, std::int64_t k, std::int64_t n,
                   std::int64_t* c);

}  // namespace trireme
