// SPDX-License-Identifier: Apache-2.0
#include "model/graph/attributes.h"
#include "model/reference/kernels/accumulate.h"
#include "model/reference/kernels/gemm.h"

namespace trireme::kernels {

namespace {

struct DenseShape {
  std::int64_t batch, in, out;
};

DenseShape dense_shape(const KernelCall& call) {
  const std::int64_t axis = attributes<FullconnectAttributes>(call.node).axis;
  const Shape& data = input(call, 0).shape;
  const Shape& weight = input(call, 1).shape;
  if (axis < 0 || axis > static_cast<std::int64_t>(data.size()) || weight.size() != 2) {
    internal_error(place_of(call.node) + " has an axis or a weight that do not fit");
  }
  const std::int64_t batch = element_count(Shape(data.begin(), data.begin() + axis));
  const DenseShape shape{batch, weight[1], weight[0]};
  if (shape.batch * shape.in != element_count(data))
    internal_error(place_of(call.node) + " has a weight that does not fit");
  return shape;
}

// [rows, columns] -> [columns, rows]
template <typename T>
std::vector<T> transposed(const T* matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<T> result(static_cast<std::size_t>(rows * columns));
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * rows + i)] = matrix[i * columns + j];
  }
  return result;
}

}  // namespace

std::vector<Tensor> fullconnect(const KernelCall& call) {
  const DenseShape s = dense_shape(call);
  const std::vector<float> x = transposed(input(call, 0).data<float>(), s.batch, s.in);
  std::vector<float> y(static_cast<std::size_t>(s.out * s.batch));
  real_product(input(call, 1).data<float>(), x.data(), s.out, s.in, s.batch, y.data(), s.batch);
  Tensor result(DataType::float32, output_value(call).shape);
  const Tensor* bias = optional_input(call, 2);
  for (std::int64_t n = 0; n < s.batch; ++n) {
    for (std::int64_t o = 0; o < s.out; ++o) {
      const float b = bias == nullptr ? 0 : bias->data<float>()[o];
      result.data<float>()[n * s.out + o] = y[static_cast<std::size_t>(o * s.batch + n)] + b;
    }
  }
  return {std::move(result)};
}

namespace {

template <typename Real>
std::vector<std::int32_t> connected_codes(const KernelCall& call, const DenseShape& s,
                                          const WeightedSum& sum) {
  const std::vector<Real> data = centred_codes<Real>(input(call, 0));
  const std::vector<Real> x = transposed(data.data(), s.batch, s.in);
  const std::vector<Real> weight = centred_codes<Real>(input(call, 1));
  std::vector<std::int32_t> y(static_cast<std::size_t>(s.out * s.batch));
  sum.multiply(weight.data(), x.data(), s.out, s.in, s.batch, 0, y.data(), s.batch);
  return transposed(y.data(), s.out, s.batch);
}

}  // namespace

std::vector<Tensor> fullconnect_quantized(const KernelCall& call) {
  const DenseShape s = dense_shape(call);
  const WeightedSum sum(call, RequantKernel::convolution, sum_parameters(call, s.out, 0));
  return {tensor_of_codes(
      output_parameters(call), output_value(call).shape,
      sum.wide() ? connected_codes<double>(call, s, sum) : connected_codes<float>(call, s, sum))};
}

}  // namespace trireme::kernels
