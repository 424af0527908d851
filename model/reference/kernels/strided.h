// SPDX-License-Identifier: Apache-2.0
// Tensors walked by strides: what permuting, slicing, repeating and interleaving have in common, and the
// rows along one axis.
#pragma once

#include <cstdint>

#include "model/reference/kernels.h"

namespace trireme {

// Calls visit(i, offset) for every index of `shape` in row-major order: i counts up from 0, offset is
// first + sum index * stride.
template <typename Visit>
void for_each_offset(const Shape& shape, const Shape& strides, std::int64_t first, Visit visit) {
  const std::int64_t count = element_count(shape);
  Shape at(shape.size(), 0);
  std::int64_t offset = first;
  for (std::int64_t i = 0; i < count; ++i) {
    visit(i, offset);
    for (std::size_t axis = shape.size(); axis-- > 0;) {  // the next index, as an odometer counts
      offset += strides[axis];
      if (++at[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

// Elements of `in` at first + sum index * stride, as a tensor of `shape`; any type.
Tensor strided_copy(const Tensor& in, const Shape& shape, const Shape& strides, std::int64_t first);

// Strides of `in` seen from the shape `out` that it is broadcast to: 0 along axes that repeat.
Shape repeated_strides(const Shape& in, const Shape& out);

// A shape as [outer, count, inner] around an axis.
struct AxisSpan {
  std::int64_t outer, count, inner;
};
AxisSpan span_of(const Shape& shape, std::int64_t axis);

// Calls visit(first) for every row along the axis; its elements are first + i * inner.
template <typename Visit>
void for_each_row(const AxisSpan& span, Visit visit) {
  for (std::int64_t block = 0; block < span.outer; ++block) {
    for (std::int64_t i = 0; i < span.inner; ++i) visit(block * span.count * span.inner + i);
  }
}

}  // namespace trireme
