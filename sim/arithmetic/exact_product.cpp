// SPDX-License-Identifier: Apache-2.0
#include "sim/arithmetic/exact_product.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trireme {

// As many terms as cannot leave the integers that the type counts one by one.
template <typename Real>
ExactOperand<Real>::ExactOperand(const MatrixView<Real>& values, std::int64_t largest_product)
    : view(values) {
  constexpr std::int64_t counted = std::int64_t{1} << std::numeric_limits<Real>::digits;
  slice = std::max<std::int64_t>(1, counted / std::max<std::int64_t>(1, largest_product));
}

template <typename Real>
void multiply_exact(const ExactOperand<Real>& a, const MatrixView<Real>& b, ProductBuffers<Real>& buffers) {
  using Sum = typename SumOf<Real>::Type;
  using Unsigned = std::make_unsigned_t<Sum>;
  const auto count = static_cast<std::size_t>(a.view.rows * b.columns);
  buffers.slice.resize(count);
  if (a.in_one_slice()) return multiply(a.view, b, buffers.slice.data());
  buffers.sums.resize(count);
  for (std::int64_t k = 0; k < a.view.columns; k += a.slice) {
    const std::int64_t terms = std::min(a.slice, a.view.columns - k);
    multiply({a.view.values + k, a.view.rows, terms, a.view.stride},
             {b.values + k * b.stride, terms, b.columns, b.stride}, buffers.slice.data());
    for (std::size_t i = 0; i < count; ++i) {
      const auto before = k == 0 ? Unsigned{0} : static_cast<Unsigned>(buffers.sums[i]);
      buffers.sums[i] = static_cast<Sum>(before + static_cast<Unsigned>(static_cast<Sum>(buffers.slice[i])));
    }
  }
}

template struct ExactOperand<float>;
template struct ExactOperand<double>;
template void multiply_exact(const ExactOperand<float>&, const MatrixView<float>&, ProductBuffers<float>&);
template void multiply_exact(const ExactOperand<double>&, const MatrixView<double>&, ProductBuffers<double>&);

}  // namespace trireme
