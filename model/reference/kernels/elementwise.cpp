// SPDX-License-Identifier: Apache-2.0
// Two inputs, element by element, with the broadcasting of ONNX (dimensions aligned at the last, 1 repeats).
#include <fmt/format.h>

#include <functional>

#include "model/reference/kernels.h"

namespace trireme::kernels {

namespace {

// Strides of `in` seen from `out`: 0 along axes that repeat.
Shape broadcast_strides(const Shape& in, const Shape& out) {
  const Shape own = row_major_strides(in);
  Shape strides(out.size(), 0);
  if (in.size() > out.size()) internal_error("broadcast to fewer dimensions");
  const std::size_t skipped = out.size() - in.size();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != 1 && in[i] != out[i + skipped]) internal_error("shapes that cannot be broadcast");
    strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  }
  return strides;
}

template <typename T, typename Operation>
Tensor combine(const Tensor& a, const Tensor& b, const Shape& shape, Operation operation) {
  Tensor result(a.dtype, shape);
  const Shape stride_a = broadcast_strides(a.shape, shape);
  const Shape stride_b = broadcast_strides(b.shape, shape);
  Shape at(shape.size(), 0);
  std::int64_t from_a = 0, from_b = 0;
  for (std::int64_t i = 0; i < result.size(); ++i) {
    result.data<T>()[i] = operation(a.data<T>()[from_a], b.data<T>()[from_b]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from_a += stride_a[axis];
      from_b += stride_b[axis];
      if (++at[axis] < shape[axis]) break;
      from_a -= stride_a[axis] * shape[axis];
      from_b -= stride_b[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return result;
}

// float32, and int64 for the shape arithmetic that exporters leave in a model (wraps as ONNX Runtime's does).
template <typename Real, typename Whole>
std::vector<Tensor> binary(const KernelCall& call, Real real, Whole whole) {
  const Tensor& a = input(call, 0);
  const Tensor& b = input(call, 1);
  const Shape& shape = output_value(call).shape;
  if (a.dtype == DataType::float32 && b.dtype == a.dtype) return {combine<float>(a, b, shape, real)};
  if (a.dtype == DataType::int64 && b.dtype == a.dtype) return {combine<std::int64_t>(a, b, shape, whole)};
  throw Error(place_of(call.node),
              fmt::format("of {} and {} is not part of this version", name_of(a.dtype), name_of(b.dtype)),
              "float32 or int64, both alike");
}

template <typename Operation>
std::int64_t wrapping(std::int64_t a, std::int64_t b, Operation operation) {
  return static_cast<std::int64_t>(operation(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}

}  // namespace

std::vector<Tensor> add(const KernelCall& call) {
  return binary(call, std::plus<>(),
                [](std::int64_t a, std::int64_t b) { return wrapping(a, b, std::plus<>()); });
}

std::vector<Tensor> multiply(const KernelCall& call) {
  return binary(call, std::multiplies<>(),
                [](std::int64_t a, std::int64_t b) { return wrapping(a, b, std::multiplies<>()); });
}

}  // namespace trireme::kernels
