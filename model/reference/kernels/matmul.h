// SPDX-License-Identifier: Apache-2.0
// The products that a matmul with batches and vectors consists of.
#pragma once

#include <cstdint>
#include <functional>

#include "model/reference/kernels.h"

namespace trireme {

// c[m,n] = a[m,k] b[k,n]; the numbers are the first elements of the three matrices.
struct MatrixProduct {
  std::int64_t m, k, n;
  std::int64_t a, b, c;
};

// Every product of the call, whose output has the shape of NumPy's matmul.
void for_each_product(const KernelCall& call, const std::function<void(const MatrixProduct&)>& visit);

// Sums in double, exact for integers below 2^53. `row` is a buffer of n sums.
template <typename A, typename B, typename Store>
void multiply_row(const A* a, const B* b, std::int64_t k, std::int64_t n, std::vector<double>& row,
                  Store store) {
  row.assign(static_cast<std::size_t>(n), 0);
  for (std::int64_t i = 0; i < k; ++i) {
    const auto factor = static_cast<double>(a[i]);
    for (std::int64_t j = 0; j < n; ++j)
      row[static_cast<std::size_t>(j)] += factor * static_cast<double>(b[i * n + j]);
  }
  for (std::int64_t j = 0; j < n; ++j) store(j, row[static_cast<std::size_t>(j)]);
}

}  // namespace trireme
