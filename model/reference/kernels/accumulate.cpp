// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/accumulate.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/reference/kernels/gemm.h"

namespace trireme {

namespace {

// Unsigned codes less this lie around zero.
int centre_of(DataType type) { return type == DataType::uint8 ? 128 : type == DataType::uint16 ? 32768 : 0; }

bool is_wide(DataType type) { return bytes_of(type) > 1; }

std::vector<std::int64_t> bias_codes(const KernelCall& call, std::int64_t channels) {
  const Tensor* bias = optional_input(call, 2);
  if (bias == nullptr) return {};
  if (bias->dtype != DataType::int32 && bias->dtype != DataType::int64) {
    throw Error(place_of(call.node), fmt::format("the bias is {}", name_of(bias->dtype)),
                "quantized operators take int32 or int64; quantize the network again");
  }
  if (bias->size() != channels) internal_error(place_of(call.node) + " has a bias that does not fit");
  if (bias->dtype == DataType::int64) {
    const auto* data = bias->data<std::int64_t>();
    return {data, data + channels};
  }
  const auto* data = bias->data<std::int32_t>();
  return {data, data + channels};
}

// numerics.md §3.1: TensorFlow Lite multiplies s_in and s_w in float32 for uint8 and for fully connected.
RealFactor factor_of(const KernelCall& call, const SumParameters& p, std::size_t channel) {
  const bool in_float32 =
      call.node.op == "fullconnect" || call.node.op == "matmul" || p.input.dtype == DataType::uint8;
  return real_factor(p.input.scale, p.weight_scale[channel], p.output.scale,
                     in_float32 && p.weight_scale.size() == 1, place_of(call.node));
}

// int16 data: a bias of 64 bits asks for sums of 64 bits; without a bias, or with one of 32 bits, convolution
// and fully connected of TensorFlow Lite on CPUs are a matrix product, its plain one (8 bits have one in
// vector instructions).
RequantKernel kernel_of_wide_data(const KernelCall& call, RequantKernel kernel) {
  const Tensor* bias = optional_input(call, 2);
  const bool sums_in_64_bits =
      kernel != RequantKernel::convolution || (bias != nullptr && bias->dtype == DataType::int64);
  return sums_in_64_bits ? RequantKernel::wide : RequantKernel::wide_product;
}

// TensorFlow Lite 2.9 rounds sums of 16-bit data by a multiplier of 16 bits, but those of a TRANSPOSE_CONV
// without a bias by all of its 31 (one-operator models: 0 of 2898 differ with this, 42 without).
bool has_narrow_multiplier(const KernelCall& call, const SumParameters& p) {
  const bool exception = call.node.op == "deconvolution" && call.options.rule == RequantRule::tflite;
  return !(exception && p.bias.empty());
}

// An accumulator of 32 bits wraps as every two's complement adder does; sums of a real network stay inside.
std::int64_t wrapped(std::int64_t sum) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(sum)));
}

}  // namespace

SumParameters sum_parameters(const KernelCall& call, std::int64_t channels, int channel_axis) {
  const Quantization& weight = input_value(call, 1).quantization;
  SumParameters p{input_parameters(call, 0), output_parameters(call), {}, {}, weight.dtype, {}};
  if (weight.per_channel()) {
    const auto count = static_cast<std::size_t>(channels);
    const bool fits = weight.scheme == Quantization::Scheme::affine && weight.channel_axis == channel_axis &&
                      weight.scale.size() == count && weight.zero_point.size() == count;
    if (!fits) {
      throw Error(place_of(call.node),
                  fmt::format("weights '{}' are {}", input_value(call, 1).name, to_string(weight)),
                  "one scale for all, or one an output channel");
    }
    p.weight_scale = weight.scale;
    p.weight_zero = weight.zero_point;
  } else {
    const Affine all = input_parameters(call, 1);
    p.weight_scale = {all.scale};
    p.weight_zero = {all.zero_point};
  }
  p.bias = bias_codes(call, channels);
  return p;
}

template <typename Real>
std::vector<Real> centred_codes(const Tensor& codes) {
  const int centre = centre_of(codes.dtype);
  std::vector<Real> centred(static_cast<std::size_t>(codes.size()));
  with_code_type(codes.dtype, [&](auto sample) {
    const auto* data = codes.data<decltype(sample)>();
    for (std::size_t i = 0; i < centred.size(); ++i) centred[i] = static_cast<Real>(data[i] - centre);
  });
  return centred;
}

template std::vector<float> centred_codes(const Tensor&);
template std::vector<double> centred_codes(const Tensor&);

WeightedSum::WeightedSum(const KernelCall& call, RequantKernel kernel, SumParameters parameters)
    : parameters_(std::move(parameters)),
      wide_(is_wide(parameters_.input.dtype) || is_wide(parameters_.weight_dtype)),
      wraps_(!wide_),
      input_zero_(parameters_.input.zero_point - centre_of(parameters_.input.dtype)) {
  for (const std::int32_t zero : parameters_.weight_zero)
    weight_zero_.push_back(zero - centre_of(parameters_.weight_dtype));
  const bool of_wide = wide_ && has_narrow_multiplier(call, parameters_);
  const RequantKernel used = of_wide ? kernel_of_wide_data(call, kernel) : kernel;
  wraps_ = !wide_ || (used == RequantKernel::wide_product && call.options.rule == RequantRule::tflite);
  for (std::size_t c = 0; c < parameters_.weight_scale.size(); ++c) {
    requantize_.emplace_back(call.options.rule, call.options.ties, used, factor_of(call, parameters_, c));
  }
}

std::int32_t WeightedSum::code(std::int64_t sum, std::int64_t channel) const {
  const std::int64_t bias = parameters_.bias.empty() ? 0 : of_channel(parameters_.bias, channel);
  const std::int64_t acc = wraps_ ? wrapped(sum + bias) : sum + bias;
  return clamped(std::int64_t{of_channel(requantize_, channel)(acc)} + parameters_.output.zero_point,
                 parameters_.output.range());
}

template <typename Real>
void WeightedSum::multiply(const Real* weight, const Real* x, std::int64_t m, std::int64_t k, std::int64_t n,
                           std::int64_t channel, std::int32_t* out, std::int64_t stride) const {
  std::vector<std::int64_t> products(static_cast<std::size_t>(m * n));
  exact_product(weight, x, m, k, n, products.data());
  std::vector<std::int64_t> column_sums(static_cast<std::size_t>(n));
  const bool symmetric = std::all_of(weight_zero_.begin(), weight_zero_.end(), [](auto z) { return z == 0; });
  for (std::int64_t i = 0; i < k && !symmetric; ++i) {
    for (std::int64_t j = 0; j < n; ++j)
      column_sums[static_cast<std::size_t>(j)] += static_cast<std::int64_t>(x[i * n + j]);
  }
  for (std::int64_t row = 0; row < m; ++row) {
    std::int64_t row_sum = 0;
    for (std::int64_t i = 0; i < k; ++i) row_sum += static_cast<std::int64_t>(weight[row * k + i]);
    const std::int64_t weight_zero = of_channel(weight_zero_, channel + row);
    const std::int64_t constant = k * input_zero_ * weight_zero - input_zero_ * row_sum;
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t product = products[static_cast<std::size_t>(row * n + j)];
      out[row * stride + j] =
          code(product - weight_zero * column_sums[static_cast<std::size_t>(j)] + constant, channel + row);
    }
  }
}

template void WeightedSum::multiply(const float*, const float*, std::int64_t, std::int64_t, std::int64_t,
                                    std::int64_t, std::int32_t*, std::int64_t) const;
template void WeightedSum::multiply(const double*, const double*, std::int64_t, std::int64_t, std::int64_t,
                                    std::int64_t, std::int32_t*, std::int64_t) const;

}  // namespace trireme
