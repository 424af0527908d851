// SPDX-License-Identifier: Apache-2.0
// ONNX's integer operators: int32 sums of 8-bit operands from which their zero points are taken.
#include <algorithm>
#include <cmath>
#include <limits>

#include "model/graph/attributes.h"
#include "model/reference/kernels/matmul.h"
#include "model/reference/kernels/unfold.h"

namespace trireme::kernels {

namespace {

// Operand `index` minus its zero point (input index + 2): one for all, or one each step of `inner` elements,
// `count` of them in turn. Exact as floats: 9 bits.
std::vector<float> shifted(const KernelCall& call, std::size_t index, std::int64_t count,
                           std::int64_t inner) {
  const Tensor& codes = input(call, index);
  const Tensor* zero = optional_input(call, index + 2);
  std::vector<float> result(static_cast<std::size_t>(codes.size()));
  for (std::int64_t i = 0; i < codes.size(); ++i) {
    const std::int64_t channel = zero != nullptr && zero->size() > 1 ? i / inner % count : 0;
    const double shift = zero == nullptr ? 0 : element(*zero, channel);
    result[static_cast<std::size_t>(i)] = static_cast<float>(element(codes, i) - shift);
  }
  return result;
}

// ONNX leaves the overflow of the int32 sum open; it wraps here.
std::int32_t wrapped(double sum) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(sum)));
}

}  // namespace

std::vector<Tensor> matmul_integer(const KernelCall& call) {
  const Shape& shape_a = input(call, 0).shape;
  const Shape& shape_b = input(call, 1).shape;
  const std::int64_t rows = shape_a.size() > 1 ? shape_a[shape_a.size() - 2] : 1;
  const std::int64_t columns = shape_b.size() > 1 ? shape_b.back() : 1;
  const std::vector<float> a = shifted(call, 0, rows, shape_a.back());
  const std::vector<float> b = shifted(call, 1, columns, 1);
  Tensor result(DataType::int32, output_value(call).shape);
  auto* c = result.data<std::int32_t>();
  std::vector<double> row;
  for_each_product(call, [&](const MatrixProduct& p) {
    for (std::int64_t i = 0; i < p.m; ++i) {
      multiply_row(a.data() + p.a + i * p.k, b.data() + p.b, p.k, p.n, row,
                   [&](std::int64_t j, double sum) { c[p.c + i * p.n + j] = wrapped(sum); });
    }
  });
  return {std::move(result)};
}

// The padding holds the zero point of the input: 0 once that is taken off.
std::vector<Tensor> convolution_integer(const KernelCall& call) {
  const ConvolutionShape s = convolution_shape(call);
  const std::vector<float> x = shifted(call, 0, 1, 1);
  const std::vector<float> weight = shifted(call, 1, s.out_channels, s.depth());
  Tensor result(DataType::int32, output_value(call).shape);
  auto* out = result.data<std::int32_t>();
  std::vector<float> columns;
  std::vector<double> row;
  const std::int64_t step = tile_pixels(s);
  for (std::int64_t plane = 0; plane < s.batch * s.groups; ++plane) {
    const std::int64_t group = plane % s.groups;
    for (std::int64_t first = 0; first < s.out_pixels(); first += step) {
      const std::int64_t pixels = std::min(step, s.out_pixels() - first);
      unfold(s, x.data() + plane * s.group_in() * s.in_pixels(), first, pixels, 0.0F, columns);
      for (std::int64_t o = 0; o < s.group_out(); ++o) {
        const float* kernel = weight.data() + (group * s.group_out() + o) * s.depth();
        std::int32_t* to = out + (plane * s.group_out() + o) * s.out_pixels() + first;
        multiply_row(kernel, columns.data(), s.depth(), pixels, row,
                     [&](std::int64_t p, double sum) { to[p] = wrapped(sum); });
      }
    }
  }
  return {std::move(result)};
}

// ONNX, DynamicQuantizeLinear: the range is made to hold 0, scale = (max - min) / 255, zero point =
// clamp(rint(-min / scale)), codes = clamp(rint(x / scale) + zero point); float32 throughout, ties to even.
std::vector<Tensor> dynamic_quantize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const float* x = in.data<float>();
  float low = 0, high = 0;
  for (std::int64_t i = 0; i < in.size(); ++i) {
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  const float scale = (high - low) / 255.0F;
  const auto code = [](float value) {
    const float rounded = std::nearbyint(value);  // nobody changes the rounding mode
    return static_cast<std::uint8_t>(rounded > 0 ? std::min(rounded, 255.0F) : 0.0F);
  };
  const std::uint8_t zero = scale == 0 ? std::uint8_t{0} : code((0.0F - low) / scale);
  Tensor codes(DataType::uint8, in.shape);
  for (std::int64_t i = 0; i < in.size(); ++i) {
    const float steps = scale == 0 ? 0.0F : std::nearbyint(x[i] / scale);
    codes.data<std::uint8_t>()[i] = code(steps + static_cast<float>(zero));
  }
  return {std::move(codes), Tensor::of<float>({}, {scale}), Tensor::of<std::uint8_t>({}, {zero})};
}

}  // namespace trireme::kernels
