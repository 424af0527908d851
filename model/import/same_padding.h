// SPDX-License-Identifier: Apache-2.0
// Padding SAME, as TensorFlow and ONNX define it: as many outputs as strides fit into the input.
#pragma once

#include <algorithm>
#include <cstdint>

namespace trireme {

// Rows that a map needs in front and behind together. All sizes from 1 on.
inline std::int64_t same_padding(std::int64_t input, std::int64_t kernel, std::int64_t stride,
                                 std::int64_t dilation) {
  const std::int64_t outputs = (input + stride - 1) / stride;
  return std::max<std::int64_t>((outputs - 1) * stride + (kernel - 1) * dilation + 1 - input, 0);
}

}  // namespace trireme
