// SPDX-License-Identifier: Apache-2.0
// A dense tensor that owns its bytes: little-endian, row-major.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/error.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace trireme {

template <typename T>
constexpr DataType data_type_of();

struct Tensor {
  DataType dtype = DataType::float32;
  Shape shape;
  std::vector<std::uint8_t> bytes;

  Tensor() = default;
  Tensor(DataType type, Shape dims);  // zero-filled
  template <typename T>
  static Tensor of(Shape dims, const std::vector<T>& values);

  // Elements; the constructor has checked that the product fits. Inline, since loops ask for it.
  std::int64_t size() const {
    std::int64_t count = 1;
    for (const std::int64_t dim : shape) count *= dim;
    return count;
  }
  // Typed view of the elements; an internal error if T is not the tensor's type.
  template <typename T>
  T* data();
  template <typename T>
  const T* data() const;
};

// float16 and bfloat16 are viewed as std::uint16_t bit patterns, boolean as std::uint8_t.
bool views_as(DataType dtype, DataType view);

// Element i as a number, whatever the type; float16 and bfloat16 are widened exactly.
double element(const Tensor& tensor, std::int64_t i);
Tensor to_float32(const Tensor& tensor);               // values converted, shape kept
Tensor convert(const Tensor& tensor, DataType dtype);  // integers saturate; to integer rounds half to even

template <>
constexpr DataType data_type_of<float>() {
  return DataType::float32;
}
template <>
constexpr DataType data_type_of<double>() {
  return DataType::float64;
}
template <>
constexpr DataType data_type_of<std::int8_t>() {
  return DataType::int8;
}
template <>
constexpr DataType data_type_of<std::uint8_t>() {
  return DataType::uint8;
}
template <>
constexpr DataType data_type_of<std::int16_t>() {
  return DataType::int16;
}
template <>
constexpr DataType data_type_of<std::uint16_t>() {
  return DataType::uint16;
}
template <>
constexpr DataType data_type_of<std::int32_t>() {
  return DataType::int32;
}
template <>
constexpr DataType data_type_of<std::uint32_t>() {
  return DataType::uint32;
}
template <>
constexpr DataType data_type_of<std::int64_t>() {
  return DataType::int64;
}
template <>
constexpr DataType data_type_of<std::uint64_t>() {
  return DataType::uint64;
}

template <typename T>
T* Tensor::data() {
  if (!views_as(dtype, data_type_of<T>())) internal_error("tensor viewed as another type");
  return reinterpret_cast<T*>(bytes.data());
}

template <typename T>
const T* Tensor::data() const {
  return const_cast<Tensor*>(this)->data<T>();
}

template <typename T>
Tensor Tensor::of(Shape dims, const std::vector<T>& values) {
  Tensor tensor(data_type_of<T>(), std::move(dims));
  if (tensor.size() != static_cast<std::int64_t>(values.size())) internal_error("tensor size mismatch");
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

}  // namespace trireme
