// SPDX-License-Identifier: Apache-2.0
// Codes row by row along an axis.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/shape.h"

namespace trireme::tflite {

// Calls change(row) for the elements along `axis`, wherever the others stand, and puts back what it left.
template <typename Change>
void for_each_row(std::vector<std::int32_t>& codes, const Shape& shape, std::int64_t axis, Change change) {
  const std::int64_t count = shape.at(static_cast<std::size_t>(axis));
  const std::int64_t inner = row_major_strides(shape)[static_cast<std::size_t>(axis)];
  const auto size = static_cast<std::int64_t>(codes.size());
  std::vector<std::int32_t> row(static_cast<std::size_t>(count));
  for (std::int64_t first = 0; first < size;
       first += first % inner == inner - 1 ? (count - 1) * inner + 1 : 1) {
    const auto at = [&](std::int64_t i) -> std::int32_t& {
      return codes[static_cast<std::size_t>(first + i * inner)];
    };
    for (std::int64_t i = 0; i < count; ++i) row[static_cast<std::size_t>(i)] = at(i);
    change(row);
    for (std::int64_t i = 0; i < count; ++i) at(i) = row[static_cast<std::size_t>(i)];
  }
}

}  // namespace trireme::tflite
