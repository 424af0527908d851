// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "model/reference/kernels/accumulate.h"
#include "model/reference/kernels/gemm.h"
#include "model/reference/kernels/unfold.h"

namespace trireme::kernels {

namespace {

struct Tile {
  std::int64_t image, group, first, pixels;  // output pixels of one group of one image
};

void for_each_tile(const ConvolutionShape& shape, const std::function<void(const Tile&)>& visit) {
  const std::int64_t step = tile_pixels(shape);
  for (std::int64_t image = 0; image < shape.batch; ++image) {
    for (std::int64_t group = 0; group < shape.groups; ++group) {
      for (std::int64_t first = 0; first < shape.out_pixels(); first += step) {
        visit({image, group, first, std::min(step, shape.out_pixels() - first)});
      }
    }
  }
}

std::int64_t input_offset(const ConvolutionShape& s, const Tile& tile) {
  return (tile.image * s.in_channels + tile.group * s.group_in()) * s.in_pixels();
}

std::int64_t output_offset(const ConvolutionShape& s, const Tile& tile) {
  return (tile.image * s.out_channels + tile.group * s.group_out()) * s.out_pixels() + tile.first;
}

// TensorFlow Lite has a kernel of its own, with another rounding, for one input channel a group (numerics.md
// §3.2).
RequantKernel requant_kernel(const ConvolutionShape& s) {
  return s.groups > 1 && s.group_in() == 1 ? RequantKernel::other : RequantKernel::convolution;
}

}  // namespace

std::vector<Tensor> convolution(const KernelCall& call) {
  const ConvolutionShape s = convolution_shape(call);
  const float* x = input(call, 0).data<float>();
  const float* weight = input(call, 1).data<float>();
  const Tensor* bias = optional_input(call, 2);
  Tensor result(DataType::float32, output_value(call).shape);
  std::vector<float> columns;
  for_each_tile(s, [&](const Tile& tile) {
    unfold(s, x + input_offset(s, tile), tile.first, tile.pixels, 0, columns);
    float* out = result.data<float>() + output_offset(s, tile);
    const float* kernels = weight + tile.group * s.group_out() * s.depth();
    real_product(kernels, columns.data(), s.group_out(), s.depth(), tile.pixels, out, s.out_pixels());
    if (bias == nullptr) return;
    for (std::int64_t m = 0; m < s.group_out(); ++m) {
      const float b = bias->data<float>()[tile.group * s.group_out() + m];
      for (std::int64_t p = 0; p < tile.pixels; ++p) out[m * s.out_pixels() + p] += b;
    }
  });
  return {std::move(result)};
}

std::vector<Tensor> convolution_quantized(const KernelCall& call) {
  const ConvolutionShape s = convolution_shape(call);
  const WeightedSum sum(call, requant_kernel(s));
  const std::vector<float> x = centred_codes(input(call, 0));
  const std::vector<float> weight = centred_codes(input(call, 1));
  Tensor result(DataType::uint8, output_value(call).shape);
  std::vector<float> columns;
  for_each_tile(s, [&](const Tile& tile) {
    unfold(s, x.data() + input_offset(s, tile), tile.first, tile.pixels, sum.centred_input_zero(), columns);
    const float* kernels = weight.data() + tile.group * s.group_out() * s.depth();
    sum.multiply(kernels, columns.data(), s.group_out(), s.depth(), tile.pixels, tile.group * s.group_out(),
                 result.data<std::uint8_t>() + output_offset(s, tile), s.out_pixels());
  });
  return {std::move(result)};
}

}  // namespace trireme::kernels
