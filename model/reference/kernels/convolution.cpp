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

// TensorFlow Lite multiplies matrices for a convolution in one group only (numerics.md §3.2).
RequantKernel requant_kernel(const KernelCall& call) {
  const auto& attr = attributes<ConvolutionAttributes>(call.node);
  return attr.depthwise || attr.groups > 1 ? RequantKernel::other : RequantKernel::convolution;
}

template <typename Real>
std::vector<std::int32_t> convolved_codes(const KernelCall& call, const ConvolutionShape& s,
                                          const WeightedSum& sum) {
  const std::vector<Real> x = centred_codes<Real>(input(call, 0));
  const std::vector<Real> weight = centred_codes<Real>(input(call, 1));
  const auto padding = static_cast<Real>(sum.centred_input_zero());
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(output_value(call).shape)));
  std::vector<Real> columns;
  for_each_tile(s, [&](const Tile& tile) {
    unfold(s, x.data() + input_offset(s, tile), tile.first, tile.pixels, padding, columns);
    const Real* kernels = weight.data() + tile.group * s.group_out() * s.depth();
    sum.multiply(kernels, columns.data(), s.group_out(), s.depth(), tile.pixels, tile.group * s.group_out(),
                 codes.data() + output_offset(s, tile), s.out_pixels());
  });
  return codes;
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
    unfold(s, x + input_offset(s, tile), tile.first, tile.pixels, 0.0F, columns);
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
  const WeightedSum sum(call, requant_kernel(call), sum_parameters(call, s.out_channels, 0));
  return {tensor_of_codes(
      output_parameters(call), output_value(call).shape,
      sum.wide() ? convolved_codes<double>(call, s, sum) : convolved_codes<float>(call, s, sum))};
}

}  // namespace trireme::kernels
