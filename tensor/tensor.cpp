// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor.h"

#include <utility>

namespace trireme {

Tensor::Tensor(DataType type, Shape dims) : dtype(type), shape(std::move(dims)) {
  bytes.resize(static_cast<std::size_t>(element_count(shape)) * static_cast<std::size_t>(bytes_of(type)));
}

bool views_as(DataType dtype, DataType view) {
  if (dtype == DataType::float16 || dtype == DataType::bfloat16) return view == DataType::uint16;
  if (dtype == DataType::boolean) return view == DataType::uint8;
  return dtype == view;
}

}  // namespace trireme
