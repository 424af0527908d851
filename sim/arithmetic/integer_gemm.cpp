// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/integer_gemm.h"

#include <Eigen/Core>
#include <algorithm>

namespace trireme {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
constexpr std::int64_t kSlice = 1024;

std::vector<std::int64_t> row_sums(const CodeMatrix& m) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(m.rows));
  for (std::int64_t i = 0; i < m.rows; ++i) {
    std::int64_t sum = 0;
    for (std::int64_t k = 0; k < m.terms; ++k) sum += static_cast<std::int64_t>(m.values[i * m.terms + k]);
    sums[static_cast<std::size_t>(i)] = sum;
  }
  return sums;
}

}  // namespace

void multiply_exact(const CodeMatrix& a, const CodeMatrix& b, std::int32_t a_zero, std::int32_t b_zero,
                    std::vector<std::int32_t>& out) {
  // 1. Products of the codes, slice by slice.
  const std::int64_t terms = a.terms;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(a.rows * b.rows));
  Matrix slice;
  for (std::int64_t k = 0; k < terms; k += kSlice) {
    const std::int64_t count = std::min(kSlice, terms - k);
    const ConstMap left(a.values.data() + k, a.rows, count, Eigen::OuterStride<>(terms));
    const ConstMap right(b.values.data() + k, b.rows, count, Eigen::OuterStride<>(terms));
    slice.noalias() = left * right.transpose();
    for (std::int64_t i = 0; i < a.rows * b.rows; ++i) sums[i] += static_cast<std::int64_t>(slice.data()[i]);
  }
  // 2. Zero points: sum (x - a)(w - b) = sum xw - a sum w - b sum x + K a b.
  const std::vector<std::int64_t> a_sums = row_sums(a), b_sums = row_sums(b);
  const std::int64_t constant = terms * a_zero * b_zero;
  out.resize(sums.size());
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < b.rows; ++j) {
      const std::int64_t sum = sums[i * b.rows + j] - a_zero * b_sums[j] - b_zero * a_sums[i] + constant;
      out[i * b.rows + j] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
    }
  }
}

}  // namespace trireme
