// SPDX-License-Identifier: Apache-2.0
// What the weighted operators share: acc = sum (x - zx)(w - zw) + bias, exact, then requantized.
#pragma once

#include <cstdint>
#include <vector>

#include "model/reference/codes.h"
#include "model/reference/requantize.h"

namespace trireme {

// How the sums of one node become codes: a factor a channel, or one for all.
struct SumParameters {
  Affine input, output;
  std::vector<float> weight_scale;        // one, or one a channel
  std::vector<std::int32_t> weight_zero;  // parallel
  DataType weight_dtype = DataType::int8;
  std::vector<std::int64_t> bias;  // one a channel, or none
};
// From inputs data, weight [, bias] and the output of the node, whose channels lie along axis `channel_axis`
// of the weight. Errors name the node.
SumParameters sum_parameters(const KernelCall& call, std::int64_t channels, int channel_axis);

// sum (x - zx)(w - zw) = sum x w - zw sum x - zx sum w + k zx zw, on centred codes and zero points: unsigned
// codes moved to lie around zero, where the products of the matrix multiplication stay exact (gemm.h).
class WeightedSum {
 public:
  WeightedSum(const KernelCall& call, RequantKernel kernel, SumParameters parameters);

  bool wide() const { return wide_; }  // 16 bits on a side: products in double, sums in 64 bit
  double centred_input_zero() const { return static_cast<double>(input_zero_); }  // what padding holds

  // Codes of weight[m,k] * x[k,n] into out, whose rows lie `stride` apart; row 0 is output channel `channel`.
  template <typename Real>
  void multiply(const Real* weight, const Real* x, std::int64_t m, std::int64_t k, std::int64_t n,
                std::int64_t channel, std::int32_t* out, std::int64_t stride) const;

  // The sum of one output without its bias, when the caller has added the products itself.
  std::int32_t code(std::int64_t sum, std::int64_t channel) const;

 private:
  template <typename T>
  static const T& of_channel(const std::vector<T>& list, std::int64_t channel) {
    return list.size() == 1 ? list[0] : list[static_cast<std::size_t>(channel)];
  }

  SumParameters parameters_;
  bool wide_;
  bool wraps_;                             // the accumulator has 32 bits
  std::int64_t input_zero_;                // centred
  std::vector<std::int64_t> weight_zero_;  // centred
  std::vector<ReferenceRequantizer> requantize_;
};

// Codes as the numbers that matrix products take: unsigned ones less half their range.
template <typename Real>
std::vector<Real> centred_codes(const Tensor& codes);

}  // namespace trireme
