// SPDX-License-Identifier: Apache-2.0
// A transposed convolution: every input pixel spreads a weighted copy of the kernel over the output.
#include "model/graph/attributes.h"
#include "model/reference/kernels/accumulate.h"
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
template <typename Real>
std::vector<Real> transposed(const Real* weight, const Extent& e) {
  const std::int64_t columns = e.group_out * e.taps();
  std::vector<Real> result(static_cast<std::size_t>(e.group_in * columns));
  for (std::int64_t i = 0; i < e.group_in; ++i) {
    for (std::int64_t j = 0; j < columns; ++j)
      result[static_cast<std::size_t>(j * e.group_in + i)] = weight[i * columns + j];
  }
  return result;
}

// Adds the copies that one tap makes of the input map to the output plane.
template <typename Copy, typename Sum>
void spread(const Copy* copies, const Extent& e, std::int64_t tap, Sum* plane) {
  const Window& w = e.window;
  const std::int64_t offset_y = tap / w.kernel_w * w.dilation_h - w.pad_top;
  const std::int64_t offset_x = tap % w.kernel_w * w.dilation_w - w.pad_left;
  for (std::int64_t iy = 0; iy < e.in_h; ++iy) {
    const std::int64_t y = iy * w.stride_h + offset_y;
    if (y < 0 || y >= e.out_h) continue;
    for (std::int64_t ix = 0; ix < e.in_w; ++ix) {
      const std::int64_t x = ix * w.stride_w + offset_x;
      if (x >= 0 && x < e.out_w) plane[y * e.out_w + x] += static_cast<Sum>(copies[iy * e.in_w + ix]);
    }
  }
}

// Codes less their zero points: exact in double, and so are the products' sums (gemm.h).
std::vector<double> centred_weight(const KernelCall& call, const SumParameters& p, const Extent& e) {
  std::vector<double> weight(static_cast<std::size_t>(input(call, 1).size()));
  const std::vector<std::int32_t> codes = codes_of(input(call, 1));
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const auto channel = static_cast<std::int64_t>(i) / e.taps() % e.group_out;
    const std::int32_t zero =
        p.weight_zero[p.weight_zero.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    weight[i] = static_cast<double>(codes[i] - zero);
  }
  return weight;
}

std::vector<double> centred_input(const KernelCall& call) {
  const std::int32_t zero = input_parameters(call, 0).zero_point;
  const std::vector<std::int32_t> codes = codes_of(input(call, 0));
  std::vector<double> x(codes.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(codes[i] - zero);
  return x;
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

// The same in integers; every sum is requantized by the rule. TensorFlow Lite rounds it as its reference
// kernels do.
std::vector<Tensor> deconvolution_quantized(const KernelCall& call) {
  const Extent e = extent_of(call);
  const SumParameters parameters = sum_parameters(call, e.group_out * e.groups, 1);
  const std::vector<double> weight = centred_weight(call, parameters, e), x = centred_input(call);
  const WeightedSum sum(call, RequantKernel::other, parameters);
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(output_value(call).shape)));
  std::vector<std::int64_t> copies(static_cast<std::size_t>(e.group_out * e.taps() * e.in_pixels()));
  std::vector<std::int64_t> plane(static_cast<std::size_t>(e.out_pixels()));
  for (std::int64_t group = 0; group < e.groups; ++group) {
    const std::vector<double> matrix =
        transposed(weight.data() + group * e.group_in * e.group_out * e.taps(), e);
    for (std::int64_t image = 0; image < e.batch; ++image) {
      exact_product(matrix.data(), x.data() + (image * e.channels + group * e.group_in) * e.in_pixels(),
                    e.group_out * e.taps(), e.group_in, e.in_pixels(), copies.data());
      for (std::int64_t o = 0; o < e.group_out; ++o) {
        const std::int64_t channel = group * e.group_out + o;
        std::fill(plane.begin(), plane.end(), 0);
        for (std::int64_t tap = 0; tap < e.taps(); ++tap)
          spread(copies.data() + (o * e.taps() + tap) * e.in_pixels(), e, tap, plane.data());
        std::int32_t* out = codes.data() + (image * e.groups * e.group_out + channel) * e.out_pixels();
        for (std::int64_t p = 0; p < e.out_pixels(); ++p)
          out[p] = sum.code(plane[static_cast<std::size_t>(p)], channel);
      }
    }
  }
  return {tensor_of_codes(output_parameters(call), output_value(call).shape, codes)};
}

}  // namespace trireme::kernels
