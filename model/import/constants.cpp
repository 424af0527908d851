// SPDX-License-Identifier: Apache-2.0
#include "model/import/constants.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "support/error.h"

namespace trireme {

void ConstantBudget::spend(std::int64_t elements, DataType dtype) {
  const std::uint64_t bytes =
      static_cast<std::uint64_t>(elements) * static_cast<std::uint64_t>(bytes_of(dtype));
  if (bytes > left_) {
    throw Error({}, fmt::format("a constant of {} more bytes is too much", bytes),
                fmt::format("all constants of a model together may take {} bytes", all_));
  }
  left_ -= bytes;
}

void require_finite_constant(const Tensor& tensor) {
  if (!is_float(tensor.dtype)) return;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const double value = element(tensor, i);
    if (!std::isfinite(value))
      throw Error({}, fmt::format("element {} is {}", i, value), "train or export the model again");
  }
}

Tensor filled_tensor(const Shape& shape, const Tensor& single_element, ConstantBudget& budget) {
  budget.spend(element_count(shape), single_element.dtype);
  Tensor tensor(single_element.dtype, shape);
  const std::size_t step = single_element.bytes.size();
  for (std::size_t at = 0; at < tensor.bytes.size(); at += step) {
    std::memcpy(tensor.bytes.data() + at, single_element.bytes.data(), step);
  }
  return tensor;
}

Tensor reshaped(const Tensor& tensor, const Shape& shape, ConstantBudget& budget) {
  if (element_count(shape) != tensor.size()) {
    throw Error({}, "cannot reshape " + to_string(tensor.shape) + " to " + to_string(shape),
                "the number of elements must stay the same");
  }
  budget.spend(tensor.size(), tensor.dtype);
  Tensor result = tensor;
  result.shape = shape;
  return result;
}

Tensor permuted(const Tensor& tensor, const std::vector<std::int64_t>& perm, ConstantBudget& budget) {
  budget.spend(tensor.size(), tensor.dtype);
  const Shape strides = row_major_strides(tensor.shape);
  Shape shape;
  for (const std::int64_t axis : perm) shape.push_back(tensor.shape[static_cast<std::size_t>(axis)]);

  Tensor result(tensor.dtype, shape);
  const auto width = static_cast<std::size_t>(bytes_of(tensor.dtype));
  Shape index(shape.size(), 0);
  std::int64_t source = 0;
  for (std::size_t at = 0; at < result.bytes.size(); at += width) {
    std::memcpy(result.bytes.data() + at, tensor.bytes.data() + static_cast<std::size_t>(source) * width,
                width);
    for (std::size_t axis = shape.size(); axis-- > 0;) {  // the next index, as an odometer counts
      const std::int64_t stride = strides[static_cast<std::size_t>(perm[axis])];
      source += stride;
      if (++index[axis] < shape[axis]) break;
      source -= stride * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace trireme
