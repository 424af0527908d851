// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"

namespace trireme::kernels {

// y = gamma (x - mean) / sqrt(variance + eps) + beta a channel (axis 1). The square root is exact by IEEE
// 754.
std::vector<Tensor> batchnormalize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  if (in.shape.size() < 2) internal_error(place_of(call.node) + " has no channel axis");
  const double eps = static_cast<double>(attributes<BatchNormAttributes>(call.node).eps);
  const std::int64_t channels = in.shape[1];
  const std::int64_t inner = row_major_strides(in.shape)[1];
  for (std::size_t i = 1; i <= 4; ++i) {
    if (input(call, i).size() != channels)
      internal_error(place_of(call.node) + " has parameters that do not fit");
  }
  Tensor result(DataType::float32, in.shape);
  for (std::int64_t block = 0; block < in.shape[0] * channels; ++block) {
    const std::int64_t c = block % channels;
    const auto parameter = [&](std::size_t i) {
      return static_cast<double>(input(call, i).data<float>()[c]);
    };
    const double factor = parameter(1) / std::sqrt(parameter(4) + eps);
    const double shift = parameter(2) - parameter(3) * factor;
    for (std::int64_t i = block * inner; i < (block + 1) * inner; ++i) {
      result.data<float>()[i] = static_cast<float>(static_cast<double>(in.data<float>()[i]) * factor + shift);
    }
  }
  return {std::move(result)};
}

}  // namespace trireme::kernels
