// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/matmul.h"

#include "model/reference/kernels/accumulate.h"
#include "model/reference/kernels/broadcast.h"

namespace trireme {

// The batch dimensions are walked as tensors of matrices: their shapes are broadcast, the elements counted.
void for_each_product(const KernelCall& call, const std::function<void(const MatrixProduct&)>& visit) {
  Shape a = input(call, 0).shape;
  Shape b = input(call, 1).shape;
  if (a.empty() || b.empty()) internal_error(place_of(call.node) + " multiplies a scalar");
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  const std::int64_t m = a[a.size() - 2], k = a.back(), n = b.back();
  if (b[b.size() - 2] != k) internal_error(place_of(call.node) + " has shapes that do not fit");
  Tensor batch_a, batch_b;  // shapes only: no element is read
  batch_a.shape = Shape(a.begin(), a.end() - 2);
  batch_b.shape = Shape(b.begin(), b.end() - 2);
  Shape out = output_value(call).shape;
  if (input(call, 0).shape.size() > 1) out.pop_back();
  if (input(call, 1).shape.size() > 1) out.pop_back();
  for_each_broadcast<2>({&batch_a, &batch_b}, out,
                        [&](std::int64_t i, const std::array<std::int64_t, 2>& at) {
                          visit({m, k, n, at[0] * m * k, at[1] * k * n, i * m * n});
                        });
}

namespace kernels {

std::vector<Tensor> matmul(const KernelCall& call) {
  const float* a = input(call, 0).data<float>();
  const float* b = input(call, 1).data<float>();
  Tensor result(DataType::float32, output_value(call).shape);
  float* c = result.data<float>();
  std::vector<double> row;
  for_each_product(call, [&](const MatrixProduct& p) {
    for (std::int64_t i = 0; i < p.m; ++i) {
      multiply_row(a + p.a + i * p.k, b + p.b, p.k, p.n, row,
                   [&](std::int64_t j, double sum) { c[p.c + i * p.n + j] = static_cast<float>(sum); });
    }
  });
  return {std::move(result)};
}

namespace {

// a[m,k] in the role of weights, b[k,n] in that of the data.
SumParameters product_parameters(const KernelCall& call) {
  const Affine a = input_parameters(call, 0);
  return {input_parameters(call, 1), output_parameters(call), {a.scale}, {a.zero_point}, a.dtype, {}};
}

template <typename Real>
std::vector<std::int32_t> product_codes(const KernelCall& call, const WeightedSum& sum) {
  const std::vector<Real> a = centred_codes<Real>(input(call, 0)), b = centred_codes<Real>(input(call, 1));
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(output_value(call).shape)));
  for_each_product(call, [&](const MatrixProduct& p) {
    sum.multiply(a.data() + p.a, b.data() + p.b, p.m, p.k, p.n, 0, codes.data() + p.c, p.n);
  });
  return codes;
}

}  // namespace

// Sums of integers, requantized by the rule as those of a convolution.
std::vector<Tensor> matmul_quantized(const KernelCall& call) {
  const WeightedSum sum(call, RequantKernel::convolution, product_parameters(call));
  return {tensor_of_codes(output_parameters(call), output_value(call).shape,
                          sum.wide() ? product_codes<double>(call, sum) : product_codes<float>(call, sum))};
}

}  // namespace kernels

}  // namespace trireme
