// SPDX-License-Identifier: Apache-2.0
// Exact integer matrix products at the speed of real ones: codes of 8 bits as float32, of 16 bits as double,
// in slices whose sums the type still counts in ones (2^24, 2^53); slices are added as int64.
#pragma once

#include <cstdint>
#include <vector>

namespace trireme {

// Rows of codes, unsigned ones shifted by half their range (sim/arithmetic/codes.h), row-major [rows][terms].
template <typename Real>
struct CodeMatrix {
  std::int64_t rows = 0, terms = 0;
  std::vector<Real> values;
};

// out[i][j] = sum_k (a[i][k] - a_zero) * (b[j][k] - b_zero), exact; zero points shifted as the codes are.
template <typename Real>
void multiply_exact(const CodeMatrix<Real>& a, const CodeMatrix<Real>& b, std::int32_t a_zero,
                    std::int32_t b_zero, std::vector<std::int64_t>& out);

}  // namespace trireme
