// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/integer_gemm.h"

#include <Eigen/Core>
#include <algorithm>

namespace trireme {

namespace {

template <typename Real>
using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename Real>
using ConstMap = Eigen::Map<const Matrix<Real>, 0, Eigen::OuterStride<>>;

// 1024 products of at most 2^14 reach 2^24, 2^22 of at most 2^30 reach 2^52.
template <typename Real>
constexpr std::int64_t kSlice = sizeof(Real) == sizeof(float) ? 1024 : std::int64_t{1} << 22;

template <typename Real>
std::vector<std::int64_t> row_sums(const CodeMatrix<Real>& m) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(m.rows));
  for (std::int64_t i = 0; i < m.rows; ++i) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < m.terms; ++k) sum += static_cast<std::int64_t>(m.values[i * m.terms + k]);
    sums[static_cast<std::size_t>(i)] = sum;
  }
  return sums;
}

}  // namespace

template <typename Real>
void multiply_exact(const CodeMatrix<Real>& a, const CodeMatrix<Real>& b, std::int32_t a_zero,
                    std::int32_t b_zero, std::vector<std::int64_t>& out) {
  // 1. Products of the codes, slice by slice.
  const std::int64_t terms = a.terms;
  out.assign(static_cast<std::size_t>(a.rows * b.rows), 0);
  Matrix<Real> slice;
  for (std::int64_t k = 0; k < terms; k += kSlice<Real>) {
    const std::int64_t count = std::min(kSlice<Real>, terms - k);
    const ConstMap<Real> left(a.values.data() + k, a.rows, count, Eigen::OuterStride<>(terms));
    const ConstMap<Real> right(b.values.data() + k, b.rows, count, Eigen::OuterStride<>(terms));
    slice.noalias() = left * right.transpose();
    for (std::int64_t i = 0; i < a.rows * b.rows; ++i) out[i] += static_cast<std::int64_t>(slice.data()[i]);
  }
  // 2. Zero points: sum (x - a)(w - b) = sum xw - a sum w - b sum x + K a b.
  const std::vector<std::int64_t> a_sums = row_sums(a), b_sums = row_sums(b);
  const std::int64_t constant = terms * a_zero * b_zero;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.rows; ++j) {
      out[i * b.rows + j] += constant - a_zero * b_sums[j] - b_zero * a_sums[i];
    }
  }
}

template void multiply_exact(const CodeMatrix<float>&, const CodeMatrix<float>&, std::int32_t, std::int32_t,
                             std::vector<std::int64_t>&);
template void multiply_exact(const CodeMatrix<double>&, const CodeMatrix<double>&, std::int32_t, std::int32_t,
                             std::vector<std::int64_t>&);

}  // namespace trireme
