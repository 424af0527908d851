// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/accumulate.h"

#include <fmt/format.h>

#include "model/reference/kernels/gemm.h"

namespace trireme {

namespace {

ReferenceRequantizer requantizer_of(const KernelCall& call, RequantKernel kernel) {
  const float product =
      u8_parameters(call, input_value(call, 0)).scale * u8_parameters(call, input_value(call, 1)).scale;
  return ReferenceRequantizer(call.options.rule, call.options.ties, kernel, product,
                              u8_parameters(call, output_value(call)).scale, place_of(call.node));
}

// The accumulator has 32 bits and wraps as every two's complement adder does; sums of a real network stay
// inside.
std::int32_t wrapped(std::int64_t sum) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum)); }

}  // namespace

std::vector<float> centred_codes(const Tensor& codes) {
  const auto* data = codes.data<std::uint8_t>();
  std::vector<float> centred(codes.bytes.size());
  for (std::size_t i = 0; i < centred.size(); ++i) centred[i] = static_cast<float>(data[i] - kCodeCentre);
  return centred;
}

WeightedSum::WeightedSum(const KernelCall& call, RequantKernel kernel)
    : input_zero_(u8_parameters(call, input_value(call, 0)).zero_point - kCodeCentre),
      weight_zero_(u8_parameters(call, input_value(call, 1)).zero_point - kCodeCentre),
      output_zero_(u8_parameters(call, output_value(call)).zero_point),
      requantize_(requantizer_of(call, kernel)) {
  const Tensor* bias = optional_input(call, 2);
  if (bias == nullptr) return;
  if (bias->dtype != DataType::int32) {
    throw Error(place_of(call.node), fmt::format("the bias is {}, not int32", name_of(bias->dtype)),
                "quantize the network again");
  }
  bias_ = bias->data<std::int32_t>();
}

void WeightedSum::multiply(const float* weight, const float* x, std::int64_t m, std::int64_t k,
                           std::int64_t n, std::int64_t channel, std::uint8_t* out,
                           std::int64_t stride) const {
  std::vector<std::int64_t> products(static_cast<std::size_t>(m * n));
  exact_product(weight, x, m, k, n, products.data());
  std::vector<std::int64_t> column_sums(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < k; ++i) {
    for (std::int64_t j = 0; j < n; ++j)
      column_sums[static_cast<std::size_t>(j)] += static_cast<std::int64_t>(x[i * n + j]);
  }
  for (std::int64_t row = 0; row < m; ++row) {
    std::int64_t row_sum = 0;
    for (std::int64_t i = 0; i < k; ++i) row_sum += static_cast<std::int64_t>(weight[row * k + i]);
    const std::int64_t constant = k * input_zero_ * weight_zero_ - input_zero_ * row_sum +
                                  (bias_ == nullptr ? 0 : bias_[channel + row]);
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t product = products[static_cast<std::size_t>(row * n + j)];
      const std::int32_t acc =
          wrapped(product - weight_zero_ * column_sums[static_cast<std::size_t>(j)] + constant);
      out[row * stride + j] = clamped(std::int64_t{requantize_(acc)} + output_zero_, CodeRange{});
    }
  }
}

}  // namespace trireme
