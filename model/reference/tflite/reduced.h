// SPDX-License-Identifier: Apache-2.0
// Reductions of codes along axes.
#pragma once

#include <vector>

#include "model/reference/kernels.h"

namespace trireme::tflite {

// Which output every element of the input, row-major, goes to.
struct Reduced {
  std::vector<std::size_t> of_element;
  std::size_t outputs = 0;
  std::int64_t count = 1;  // elements of an output
};
Reduced reduced_places(const Shape& shape, const std::vector<std::int64_t>& axes);

std::vector<Tensor> reduce_product(const KernelCall& call);

}  // namespace trireme::tflite
