// SPDX-License-Identifier: Apache-2.0
// Matrix products of real numbers on the widest vector unit of the machine, chosen when the program runs.
// Sums are added in an order that differs between units: for operands whose sums are exact in any order
// (exact_product.h).
#pragma once

#include <cstdint>

namespace trireme {

template <typename Real>
struct MatrixView {  // row-major
  const Real* values;
  std::int64_t rows, columns, stride;  // stride: elements from one row to the next
};

// out = a * b, dense row-major [a.rows][b.columns]; a.columns == b.rows.
void multiply(const MatrixView<float>& a, const MatrixView<float>& b, float* out);
void multiply(const MatrixView<double>& a, const MatrixView<double>& b, double* out);

}  // namespace trireme
