// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/convolve.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/integer_gemm.h"
#include "sim/arithmetic/requantize.h"
#include "sim/coding/coefficient_decoder.h"
#include "sim/nne/add.h"

namespace trireme {

namespace {

constexpr std::int64_t kRowsAtOnce = 8192;  // output pixels of one product: bounds the unfolded input

struct ConvolutionShape {
  std::int64_t out_w, out_h, out_c;
  std::int64_t in_w, in_h, group_in, group_out, groups;
  std::int64_t terms;  // of one dot product
};

ConvolutionShape shape_of(const NneJob& job) {
  const bool depthwise = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
  ConvolutionShape s{};
  s.out_w = job.conv_width;
  s.out_h = job.conv_height;
  s.out_c = job.output.channels;
  s.in_w = job.input.width;
  s.in_h = job.input.height;
  s.groups = depthwise ? job.input.channels : std::max<int>(job.groups, 1);
  s.group_in = job.input.channels / s.groups;
  s.group_out = s.out_c / s.groups;
  s.terms = s.group_in * job.kernel_w * job.kernel_h;
  return s;
}

// Unfolds output pixels [first, first + count) of one group into rows of kernel-sized windows.
template <typename Code, typename Real>
void unfold(const NneJob& job, const ConvolutionShape& s, const Code* input, std::int64_t group,
            std::int64_t first, CodeMatrix<Real>& matrix) {
  const int shift = shift_of(job.input.dtype);
  const auto border = static_cast<Real>(zero_point_of(job.input) - shift);
  Real* target = matrix.values.data();
  for (std::int64_t p = first; p < first + matrix.rows; ++p) {
    const std::int64_t y0 = p / s.out_w * job.stride_h - job.pad_top;
    const std::int64_t x0 = p % s.out_w * job.stride_w - job.pad_left;
    for (std::int64_t c = 0; c < s.group_in; ++c) {
      const Code* plane = input + (group * s.group_in + c) * s.in_h * s.in_w;
      for (std::int64_t ky = 0; ky < job.kernel_h; ++ky) {
        const std::int64_t y = y0 + ky * job.dilation_h;
        for (std::int64_t kx = 0; kx < job.kernel_w; ++kx) {
          const std::int64_t x = x0 + kx * job.dilation_w;
          const bool inside = y >= 0 && y < s.in_h && x >= 0 && x < s.in_w;
          *target++ = inside ? static_cast<Real>(int{plane[y * s.in_w + x]} - shift) : border;
        }
      }
    }
  }
}

template <typename Real>
CodeMatrix<Real> weight_matrix(const std::vector<std::int16_t>& weights, int shift, std::int64_t first,
                               std::int64_t rows, std::int64_t terms) {
  CodeMatrix<Real> matrix{rows, terms, std::vector<Real>(static_cast<std::size_t>(rows * terms))};
  for (std::int64_t i = 0; i < rows * terms; ++i) {
    matrix.values[static_cast<std::size_t>(i)] =
        static_cast<Real>(int{weights[static_cast<std::size_t>(first * terms + i)]} - shift);
  }
  return matrix;
}

// From sums to codes, before pooling.
class PostProcessor {
 public:
  PostProcessor(const NneJob& job, const NneOperands& operands)
      : job_(job), operands_(operands), wide_(has_wide_sums(job.input, job.weight_dtype)) {
    const bool depthwise = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
    const TfliteKernel narrow = depthwise ? TfliteKernel::gemmlowp : TfliteKernel::ruy;
    config_ = requantize_config(job.post, zero_point_of(job.output), wide_ ? TfliteKernel::wide : narrow);
  }

  std::int32_t operator()(std::int64_t sum, std::size_t channel) const {
    const std::int64_t with_bias = sum + operands_.bias[channel];
    const Requantizer& by = operands_.requantizers[job_.post.per_channel != 0 ? channel : 0];
    // The accumulator of 8-bit data has 32 bits and wraps.
    return requantize(wide_ ? with_bias : static_cast<std::int32_t>(with_bias), by, config_);
  }

 private:
  const NneJob& job_;
  const NneOperands& operands_;
  bool wide_;
  RequantizeConfig config_;
};

// Convolution result as output codes.
template <typename Code, typename Real>
void convolve(const NneJob& job, const NneOperands& operands, const std::vector<std::int16_t>& weights,
              Codes& codes) {
  const ConvolutionShape s = shape_of(job);
  const std::int64_t pixels = s.out_w * s.out_h;
  const PostProcessor post(job, operands);
  const int weight_shift = shift_of(job.weight_dtype);
  std::vector<Code> input(operands.input.size() / sizeof(Code));
  std::memcpy(input.data(), operands.input.data(), input.size() * sizeof(Code));
  codes.resize(static_cast<std::size_t>(pixels * s.out_c));
  std::vector<std::int64_t> sums;
  for (std::int64_t group = 0; group < s.groups; ++group) {
    const CodeMatrix<Real> kernels =
        weight_matrix<Real>(weights, weight_shift, group * s.group_out, s.group_out, s.terms);
    for (std::int64_t first = 0; first < pixels; first += kRowsAtOnce) {
      CodeMatrix<Real> windows{std::min(kRowsAtOnce, pixels - first), s.terms, {}};
      windows.values.resize(static_cast<std::size_t>(windows.rows * s.terms));
      unfold(job, s, input.data(), group, first, windows);
      multiply_exact(windows, kernels, zero_point_of(job.input) - shift_of(job.input.dtype),
                     job.weight_zero_point - weight_shift, sums);
      for (std::int64_t p = 0; p < windows.rows; ++p) {
        for (std::int64_t k = 0; k < s.group_out; ++k) {
          const auto channel = static_cast<std::size_t>(group * s.group_out + k);
          codes[channel * static_cast<std::size_t>(pixels) + static_cast<std::size_t>(first + p)] =
              post(sums[static_cast<std::size_t>(p * s.group_out + k)], channel);
        }
      }
    }
  }
}

Codes convolve(const NneJob& job, const NneOperands& operands, const std::vector<std::int16_t>& weights) {
  Codes codes;
  with_code_type(job.input.dtype, [&](auto sample) {
    using Code = decltype(sample);
    if (has_wide_sums(job.input, job.weight_dtype)) {
      convolve<Code, double>(job, operands, weights, codes);
    } else {
      convolve<Code, float>(job, operands, weights, codes);
    }
  });
  return codes;
}

Codes pool(const NneJob& job, const Codes& codes) {
  Codes pooled;
  pooled.reserve(elements_of(job.output));
  const std::int64_t width = job.conv_width, height = job.conv_height;
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    const std::int32_t* plane = codes.data() + c * width * height;
    for (std::int64_t y = 0; y < job.output.height; ++y) {
      for (std::int64_t x = 0; x < job.output.width; ++x) {
        std::int32_t largest = std::numeric_limits<std::int16_t>::min();
        for (std::int64_t j = 0; j < job.pool_kernel; ++j) {
          for (std::int64_t i = 0; i < job.pool_kernel; ++i) {
            const std::int64_t row = y * job.pool_stride + j, column = x * job.pool_stride + i;
            if (row < height && column < width) largest = std::max(largest, plane[row * width + column]);
          }
        }
        pooled.push_back(largest);
      }
    }
  }
  return pooled;
}

}  // namespace

NneOperands read_operands(const NneJob& job, OperandReader& reader) {
  NneOperands operands;
  operands.input = reader.tensor(job.input, "its input");
  if (job.header.operation == static_cast<std::uint8_t>(NneOperation::add)) {
    operands.input2 = reader.tensor(job.input2, "its second input");
    operands.requantizers = reader.array<Requantizer>(job.post.requantizer_address, kAddScales, "its scales");
    return operands;
  }
  operands.stream = reader.bytes(job.coefficients, job.coefficient_bytes, "its coefficients");
  operands.bias = reader.biases(job);
  if (job.post.per_channel != 0) {
    operands.requantizers =
        reader.array<Requantizer>(job.post.requantizer_address, job.output.channels, "its multipliers");
  } else {
    operands.requantizers = {job.post.requantizer};
  }
  return operands;
}

Bytes compute(const NneJob& job, const NneOperands& operands, int cores, const std::string& where) {
  if (job.header.operation == static_cast<std::uint8_t>(NneOperation::add)) return add(job, operands);
  const std::vector<std::int16_t> weights = decode_nne_coefficients(operands.stream, job, cores, where);
  const Codes codes = convolve(job, operands, weights);
  return stored_codes(job.pool_type == 0 ? codes : pool(job, codes), job.output.dtype);
}

}  // namespace trireme
