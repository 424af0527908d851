// SPDX-License-Identifier: Apache-2.0
// Inside real_product*.cpp only: each of them compiles this for one instruction set. Nothing here may be a
// symbol that the linker merges between them: `static`, and Eigen's namespace renamed by the build
// (sim/CMakeLists.txt).
#pragma once

#include <Eigen/Core>

#include "sim/arithmetic/real_product.h"

namespace trireme {

template <typename Real>
static void eigen_product(const MatrixView<Real>& a, const MatrixView<Real>& b, Real* out) {
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Operand = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
  const Operand left(a.values, a.rows, a.columns, Eigen::OuterStride<>(a.stride));
  const Operand right(b.values, b.rows, b.columns, Eigen::OuterStride<>(b.stride));
  Eigen::Map<Matrix>(out, a.rows, b.columns).noalias() = left * right;
}

#if defined(__x86_64__) && defined(__GNUC__)
void multiply_avx2(const MatrixView<float>& a, const MatrixView<float>& b, float* out);
void multiply_avx2(const MatrixView<double>& a, const MatrixView<double>& b, double* out);
void multiply_avx512(const MatrixView<float>& a, const MatrixView<float>& b, float* out);
void multiply_avx512(const MatrixView<double>& a, const MatrixView<double>& b, double* out);
#endif

}  // namespace trireme
