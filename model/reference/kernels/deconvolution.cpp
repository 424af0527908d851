// SPDX-License-Identifier: Apache-2.0
// A transposed convolution: every input pixel spreads a weighted copy of the kernel over the output.
#include "model/graph/attributes.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/gemm.h"

namespace trireme::kernels {

namespace {

struct Extent {
  std::int64_t batch, channels, in_h, in_w, group_in, group_out, out_h, out_w, groups;
  Window window;

  std::int64_t taps() const { return window.kernel_h * window.kernel_w; }
  std::int64_t in_pixels() const { return in_h * in_w; }
  std::int64_t out_pixels() const { return out_h * out_w; }
};

Extent extent_of(const KernelCall& call) {
  const auto& a = attributes<DeconvolutionAttributes>(call.node);
  const Shape& in = input(call, 0).shape;
  const Shape& weight = input(call, 1).shape;
  const Shape& out = output_value(call).shape;
  if (in.size() != 4 || weight.size() != 4 || out.size() != 4 || a.groups < 1)
    internal_error(place_of(call.node) + " has shapes that do not fit");
  const Extent e{in[0], in[1], in[2], in[3], in[1] / a.groups, weight[1], out[2], out[3], a.groups, a.window};
  const bool fits = weight[0] == in[1] && out[1] == e.group_out * a.groups && out[0] == in[0] &&
                    weight[2] == a.window.kernel_h && weight[3] == a.window.kernel_w;
  if (!fits) internal_error(place_of(call.node) + " has shapes that do not fit");
  return e;
}

// weight of one group [in][out * taps] -> [out * taps][in]
std::vector<float> transposed(const float* weight, const Extent& e) {
  const std::int64_t columns = e.group_out * e.taps();
  std::vector<float> result(static_cast<std::size_t>(e.group_in * columns));
  for (std::int64_t i = 0; i < e.group_in; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * e.group_in + i)] = weight[i * columns + j];
  }
  return result;
}

// Adds the copies that one tap makes of the input map to the output plane.
void spread(const float* copies, const Extent& e, std::int64_t tap, double* plane) {
  const Window& w = e.window;
  const std::int64_t offset_y = tap / w.kernel_w * w.dilation_h - w.pad_top;
  const std::int64_t offset_x = tap % w.kernel_w * w.dilation_w - w.pad_left;
  for (std::int64_t iy = 0; iy < e.in_h; ++iy) {
    const std::int64_t y = iy * w.stride_h + offset_y;
    if (y < 0 || y >= e.out_h) continue;
    for (std::int64_t ix = 0; ix < e.in_w; ++ix) {
      const std::int64_t x = ix * w.stride_w + offset_x;
      if (x >= 0 && x < e.out_w) plane[y * e.out_w + x] += static_cast<double>(copies[iy * e.in_w + ix]);
    }
  }
}

}  // namespace

// 1. For every group: copies[out * taps][pixels] = weight^T * input. 2. Every copy is added at its place.
std::vector<Tensor> deconvolution(const KernelCall& call) {
  const Extent e = extent_of(call);
  const Tensor* bias = optional_input(call, 2);
  Tensor result(DataType::float32, output_value(call).shape);
  std::vector<float> copies(static_cast<std::size_t>(e.group_out * e.taps() * e.in_pixels()));
  std::vector<double> plane(static_cast<std::size_t>(e.out_pixels()));
  for (std::int64_t group = 0; group < e.groups; ++group) {
    const float* weight = input(call, 1).data<float>() + group * e.group_in * e.group_out * e.taps();
    const std::vector<float> matrix = transposed(weight, e);
    for (std::int64_t image = 0; image < e.batch; ++image) {
      const float* x =
          input(call, 0).data<float>() + (image * e.channels + group * e.group_in) * e.in_pixels();
      real_product(matrix.data(), x, e.group_out * e.taps(), e.group_in, e.in_pixels(), copies.data(),
                   e.in_pixels());
      for (std::int64_t o = 0; o < e.group_out; ++o) {
        const std::int64_t channel = group * e.group_out + o;
        const float b = bias == nullptr ? 0 : bias->data<float>()[channel];
        std::fill(plane.begin(), plane.end(), static_cast<double>(b));
        for (std::int64_t tap = 0; tap < e.taps(); ++tap)
          spread(copies.data() + (o * e.taps() + tap) * e.in_pixels(), e, tap, plane.data());
        float* out = result.data<float>() + (image * e.groups * e.group_out + channel) * e.out_pixels();
        for (std::int64_t p = 0; p < e.out_pixels(); ++p)
          out[p] = static_cast<float>(plane[static_cast<std::size_t>(p)]);
      }
    }
  }
  return {std::move(result)};
}

}  // namespace trireme::kernels
