// SPDX-License-Identifier: Apache-2.0
// Pairs of codes in the order of a broadcast result.
#pragma once

#include <vector>

#include "model/reference/codes.h"

namespace trireme::tflite {

// Strides of `in` seen from `out`: 0 along axes that repeat.
inline Shape repeated_strides(const Shape& in, const Shape& out) {
  if (in.size() > out.size()) internal_error("broadcast to fewer dimensions");
  const Shape own = row_major_strides(in);
  Shape strides(out.size(), 0);
  const std::size_t skipped = out.size() - in.size();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != 1 && in[i] != out[i + skipped]) internal_error("shapes that cannot be broadcast");
    strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  }
  return strides;
}

// Calls visit(code of input 0, code of input 1) for every element of the output, row-major.
template <typename Visit>
void for_each_pair(const KernelCall& call, Visit visit) {
  const std::vector<std::int32_t> x = codes_of(input(call, 0)), y = codes_of(input(call, 1));
  const Shape& shape = output_value(call).shape;
  const Shape stride_x = repeated_strides(input(call, 0).shape, shape);
  const Shape stride_y = repeated_strides(input(call, 1).shape, shape);
  Shape at(shape.size(), 0);
  std::int64_t from_x = 0, from_y = 0;
  for (std::int64_t left = element_count(shape); left > 0; --left) {
    visit(x[static_cast<std::size_t>(from_x)], y[static_cast<std::size_t>(from_y)]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from_x += stride_x[axis];
      from_y += stride_y[axis];
      if (++at[axis] < shape[axis]) break;
      from_x -= stride_x[axis] * shape[axis];
      from_y -= stride_y[axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

}  // namespace trireme::tflite
