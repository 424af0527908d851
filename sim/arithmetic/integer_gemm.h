// SPDX-License-Identifier: Apache-2.0
// Exact integer matrix products at float speed (design: 8-bit codes as x - 128, slices of at most 1024 terms,
// whose sums stay below 2^24 and are exact in float32; slices are added as int32).
#pragma once

#include <cstdint>
#include <vector>

namespace trireme {

// Rows of 8-bit codes, each shifted by -128 (uint8) or as they are (int8), as float32, row-major
// [rows][terms].
struct CodeMatrix {
  std::int64_t rows = 0, terms = 0;
  std::vector<float> values;  // in [-128, 127]
};

// out[i][j] = sum_k (a[i][k] - a_zero) * (b[j][k] - b_zero), exact modulo 2^32; zero points in the same
// shifted codes.
void multiply_exact(const CodeMatrix& a, const CodeMatrix& b, std::int32_t a_zero, std::int32_t b_zero,
                    std::vector<std::int32_t>& out);

}  // namespace trireme
