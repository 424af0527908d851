// SPDX-License-Identifier: Apache-2.0
// One attribute struct an operator. Operators not listed here (relu, add, sigmoid, tanh, …) have none.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/shape.h"

namespace trireme {

struct Window {  // of convolutions and pools; sizes in elements, pads may be uneven
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};

// op "convolution": inputs data, weight [, bias]
struct ConvolutionAttributes {
  Window window;
  std::int64_t groups = 1;
};

// op "pooling": one input. Global pooling is a window of the whole map.
struct PoolingAttributes {
  enum class Type : std::uint8_t { max, avg };
  Type type = Type::max;
  Window window;
  bool ceil_mode = false;
  bool count_include_pad = false;
};

// op "fullconnect": inputs data, weight [out,in] [, bias]; data is flattened from `axis` on.
struct FullconnectAttributes {
  std::int64_t axis = 1;
};

struct SoftmaxAttributes {
  std::int64_t axis = -1;
};  // op "softmax"; non-negative after shape inference
struct LeakyReluAttributes {
  float leaky_ratio = 0.01F;
};  // op "leakyrelu"
struct ClipAttributes {
  float min = 0, max = 6;
};  // op "relun": relu_clamp_bottom, relu_clamp_top
struct ReshapeAttributes {
  Shape shape;
};  // op "reshape": the resolved shape, no 0 or -1
struct PermuteAttributes {
  std::vector<std::int64_t> perm;
};  // op "permute": output axis i is input axis perm[i]
struct BatchNormAttributes {
  float eps = 1e-5F;
};  // op "batchnormalize": data, gamma, beta, mean, variance
struct ConcatAttributes {
  std::int64_t axis = 1;
};  // op "concat"

}  // namespace trireme
