// SPDX-License-Identifier: Apache-2.0
// Exact integer matrix products at the speed of real ones: codes of 8 bits as float32, of 16 bits as double,
// in slices short enough that every partial sum is an integer the type holds (below 2^24, 2^53).
#pragma once

#include <cstdint>

#include "sim/arithmetic/real_product.h"
#include "support/uninitialized.h"

namespace trireme {

template <typename Real>
struct SumOf;
template <>
struct SumOf<float> {
  using Type = std::int32_t;  // modulo 2^32, as the chip's accumulators
};
template <>
struct SumOf<double> {
  using Type = std::int64_t;
};

// The left operand of several products, with how many of them the type adds up exactly: no product of one of
// its integers with one of the right operand is larger than `largest_product` in magnitude.
template <typename Real>
struct ExactOperand {
  ExactOperand(const MatrixView<Real>& values, std::int64_t largest_product);
  bool in_one_slice() const { return slice >= view.columns; }  // multiply() is exact
  MatrixView<Real> view;
  std::int64_t slice;
};

template <typename Real>
struct ProductBuffers {
  Uninitialized<typename SumOf<Real>::Type> sums;
  Uninitialized<Real> slice;
};

// sum_k a[i][k] * b[k][j] into buffers.slice[i][j] if a is in one slice, into buffers.sums[i][j] otherwise;
// b: integers that keep to what a was made for.
template <typename Real>
void multiply_exact(const ExactOperand<Real>& a, const MatrixView<Real>& b, ProductBuffers<Real>& buffers);

}  // namespace trireme
