// SPDX-License-Identifier: Apache-2.0
// What convolution and fullconnect share: acc = sum (x - zx)(w - zw) + bias in int32, then requantized.
#pragma once

#include <cstdint>
#include <vector>

#include "model/reference/kernels.h"
#include "model/reference/requantize.h"

namespace trireme {

// u8 codes moved to [-128, 127], where the products of the matrix multiplication stay exact (gemm.h).
constexpr int kCodeCentre = 128;
std::vector<float> centred_codes(const Tensor& codes);

// sum (x - zx)(w - zw) = sum x w - zw sum x - zx sum w + k zx zw, on the centred codes and zero points.
class WeightedSum {
 public:
  // From inputs data, weight [, bias] and the output of the node. Errors name the node.
  WeightedSum(const KernelCall& call, RequantKernel kernel);

  float centred_input_zero() const { return static_cast<float>(input_zero_); }  // what padding holds

  // Codes of weight[m,k] * x[k,n] into out, whose rows lie `stride` apart; row 0 is output channel `channel`.
  void multiply(const float* weight, const float* x, std::int64_t m, std::int64_t k, std::int64_t n,
                std::int64_t channel, std::uint8_t* out, std::int64_t stride) const;

 private:
  std::int64_t input_zero_, weight_zero_;  // centred
  const std::int32_t* bias_ = nullptr;     // null: none
  std::int32_t output_zero_;
  ReferenceRequantizer requantize_;
};

}  // namespace trireme
