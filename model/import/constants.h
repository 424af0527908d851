// SPDX-License-Identifier: Apache-2.0
// The few operations on constants that importers need at once, within a budget for the whole model.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace trireme {

// What all constants of one model may take (ImportLimits). Asked before each allocation.
class ConstantBudget {
 public:
  explicit ConstantBudget(std::uint64_t bytes) : all_(bytes), left_(bytes) {}
  void spend(std::int64_t elements, DataType dtype);  // Error when it is used up

 private:
  std::uint64_t all_, left_;
};

// Training that diverged leaves NaN and infinity behind; a network with them computes nothing of use.
void require_finite_constant(const Tensor& tensor);  // Error without a place

Tensor filled_tensor(const Shape& shape, const Tensor& single_element, ConstantBudget& budget);
Tensor reshaped(const Tensor& tensor, const Shape& shape, ConstantBudget& budget);
Tensor permuted(const Tensor& tensor, const std::vector<std::int64_t>& perm, ConstantBudget& budget);

}  // namespace trireme
