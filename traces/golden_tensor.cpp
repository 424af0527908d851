// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string_view>

#include "traces/run_folder.h"

namespace trireme {

std::string host_tensor_name(int iteration, const std::string& lid, int port, const Shape& shape) {
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::string name = lid;
  for (char& c : name) {
    if (safe.find(c) == std::string_view::npos) c = '_';
  }
  const std::string dims = shape.empty() ? "1" : join_dims(shape, '_');
  return "iter_" + std::to_string(iteration) + "_" + name + "_out" + std::to_string(port) + "_" + dims;
}

Tensor real_values(const GoldenTensor& golden) {
  Tensor real = to_float32(golden.tensor);
  if (is_float(golden.tensor.dtype)) return real;
  // The difference is exact in double; one rounding to float32 is left, that of the product.
  float* values = real.data<float>();
  const double fixed_point = std::ldexp(1.0, static_cast<int>(-golden.fl));
  for (std::int64_t i = 0; i < real.size(); ++i) {
    const double code = element(golden.tensor, i);
    values[i] = golden.affine ? static_cast<float>(code - golden.zero_point) * golden.scale
                              : static_cast<float>(code * fixed_point);
  }
  return real;
}

}  // namespace trireme
