// SPDX-License-Identifier: Apache-2.0
#include "tensor/shape.h"

#include <algorithm>

#include "support/error.h"

namespace trireme {

namespace {
constexpr std::int64_t most_elements = std::int64_t{1} << 40;
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : shape) {
    if (dim < 0) throw Error("shape " + to_string(shape), "a dimension is negative");
    empty = empty || dim == 0;
  }
  if (empty) return 0;
  for (const std::int64_t dim : shape) {
    if (dim > most_elements / count) throw Error("shape " + to_string(shape), "more than 2^40 elements");
    count *= dim;
  }
  return count;
}

std::string join_dims(const Shape& shape, char separator) {
  std::string text;
  for (const std::int64_t dim : shape) {
    if (!text.empty()) text += separator;
    text += std::to_string(dim);
  }
  return text;
}

std::string to_string(const Shape& shape) { return "[" + join_dims(shape, ',') + "]"; }

std::string w_first(const Shape& shape, char separator) {
  return join_dims(Shape(shape.rbegin(), shape.rend()), separator);
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    // A dimension of 0 has no elements to step over; the strides outside of it stay usable.
    stride *= std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

}  // namespace trireme
