// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "tensor/tensor.h"

namespace trireme {

// Largest difference, as a part of the largest expected value.
inline double relative_difference(const Tensor& got, const Tensor& expected) {
  double largest = 0, apart = 0;
  for (std::int64_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(element(expected, i)));
    apart = std::max(apart, std::abs(element(got, i) - element(expected, i)));
  }
  return apart / largest;
}

}  // namespace trireme
