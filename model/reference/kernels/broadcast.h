// SPDX-License-Identifier: Apache-2.0
// Walking tensors that are broadcast to one shape (dimensions aligned at the last, 1 repeats).
#pragma once

#include <array>
#include <cstdint>

#include "model/reference/kernels.h"

namespace trireme {

// Strides of `in` seen from `out`: 0 along axes that repeat.
Shape broadcast_strides(const Shape& in, const Shape& out);

// Calls visit(i, at) for every element i of `out`; at[k] is the element of the k-th operand.
template <std::size_t Operands, typename Visit>
void for_each_broadcast(const std::array<const Tensor*, Operands>& operands, const Shape& out, Visit visit) {
  std::array<Shape, Operands> strides;
  for (std::size_t k = 0; k < Operands; ++k) strides[k] = broadcast_strides(operands[k]->shape, out);
  const std::int64_t count = element_count(out);
  std::array<std::int64_t, Operands> at{};
  Shape index(out.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    visit(i, at);
    for (std::size_t axis = out.size(); axis-- > 0;) {  // the next index, as an odometer counts
      for (std::size_t k = 0; k < Operands; ++k) at[k] += strides[k][axis];
      if (++index[axis] < out[axis]) break;
      for (std::size_t k = 0; k < Operands; ++k) at[k] -= strides[k][axis] * out[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace trireme
