// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/matmul.h"

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

}  // namespace kernels

}  // namespace trireme
