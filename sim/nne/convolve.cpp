// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/convolve.h"

#include <algorithm>

#include "sim/arithmetic/integer_gemm.h"
#include "sim/arithmetic/requantize.h"
#include "sim/coding/coefficient_decoder.h"
#include "sim/nne/add.h"

namespace trireme {

namespace {

constexpr int kCodeShift = 128;  // uint8 codes enter the float product as code - 128, int8 ones as they are
constexpr std::int64_t kRowsAtOnce = 8192;  // output pixels of one product: bounds the unfolded input

bool is_signed(std::uint8_t dtype) { return static_cast<DataType>(dtype) == DataType::int8; }
int shift_of(std::uint8_t dtype) { return is_signed(dtype) ? 0 : kCodeShift; }
float shifted(std::uint8_t byte, bool of_signed) {
  return static_cast<float>(of_signed ? int{static_cast<std::int8_t>(byte)} : int{byte} - kCodeShift);
}

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
void unfold(const NneJob& job, const ConvolutionShape& s, const Bytes& input, std::int64_t group,
            std::int64_t first, CodeMatrix& matrix) {
  const bool of_signed = is_signed(job.input.dtype);
  const auto border = static_cast<float>(job.input.zero_point - shift_of(job.input.dtype));
  float* target = matrix.values.data();
  for (std::int64_t p = first; p < first + matrix.rows; ++p) {
    const std::int64_t y0 = p / s.out_w * job.stride_h - job.pad_top;
    const std::int64_t x0 = p % s.out_w * job.stride_w - job.pad_left;
    for (std::int64_t c = 0; c < s.group_in; ++c) {
      const std::uint8_t* plane = input.data() + (group * s.group_in + c) * s.in_h * s.in_w;
      for (std::int64_t ky = 0; ky < job.kernel_h; ++ky) {
        const std::int64_t y = y0 + ky * job.dilation_h;
        for (std::int64_t kx = 0; kx < job.kernel_w; ++kx) {
          const std::int64_t x = x0 + kx * job.dilation_w;
          const bool inside = y >= 0 && y < s.in_h && x >= 0 && x < s.in_w;
          *target++ = inside ? shifted(plane[y * s.in_w + x], of_signed) : border;
        }
      }
    }
  }
}

CodeMatrix weight_matrix(const std::vector<std::uint8_t>& weights, bool of_signed, std::int64_t first,
                         std::int64_t rows, std::int64_t terms) {
  CodeMatrix matrix{rows, terms, std::vector<float>(static_cast<std::size_t>(rows * terms))};
  for (std::int64_t i = 0; i < rows * terms; ++i) {
    matrix.values[static_cast<std::size_t>(i)] =
        shifted(weights[static_cast<std::size_t>(first * terms + i)], of_signed);
  }
  return matrix;
}

// Convolution result as output codes, before pooling.
Bytes convolve(const NneJob& job, const NneOperands& operands, const std::vector<std::uint8_t>& weights) {
  const ConvolutionShape s = shape_of(job);
  const std::int64_t pixels = s.out_w * s.out_h;
  const bool depthwise = job.header.operation == static_cast<std::uint8_t>(NneOperation::depthwise);
  const RequantizeConfig config = requantize_config(job.post, job.output.zero_point,
                                                    depthwise ? TfliteKernel::gemmlowp : TfliteKernel::ruy);
  Bytes codes(static_cast<std::size_t>(pixels * s.out_c));
  std::vector<std::int32_t> sums;
  for (std::int64_t group = 0; group < s.groups; ++group) {
    const CodeMatrix kernels =
        weight_matrix(weights, is_signed(job.weight_dtype), group * s.group_out, s.group_out, s.terms);
    for (std::int64_t first = 0; first < pixels; first += kRowsAtOnce) {
      CodeMatrix windows{std::min(kRowsAtOnce, pixels - first), s.terms, {}};
      windows.values.resize(static_cast<std::size_t>(windows.rows * s.terms));
      unfold(job, s, operands.input, group, first, windows);
      multiply_exact(windows, kernels, job.input.zero_point - shift_of(job.input.dtype),
                     job.weight_zero_point - shift_of(job.weight_dtype), sums);
      for (std::int64_t p = 0; p < windows.rows; ++p) {
        for (std::int64_t k = 0; k < s.group_out; ++k) {
          const auto channel = static_cast<std::size_t>(group * s.group_out + k);
          const auto sum = static_cast<std::uint32_t>(sums[static_cast<std::size_t>(p * s.group_out + k)]);
          const auto with_bias =
              static_cast<std::int32_t>(sum + static_cast<std::uint32_t>(operands.bias[channel]));
          const Requantizer& by = operands.requantizers[job.post.per_channel != 0 ? channel : 0];
          codes[channel * static_cast<std::size_t>(pixels) + static_cast<std::size_t>(first + p)] =
              static_cast<std::uint8_t>(requantize(with_bias, by, config));
        }
      }
    }
  }
  return codes;
}

Bytes pool(const NneJob& job, const Bytes& codes) {
  const bool of_signed = is_signed(job.output.dtype);
  const auto code = [&](std::uint8_t byte) {
    return of_signed ? int{static_cast<std::int8_t>(byte)} : int{byte};
  };
  Bytes pooled;
  pooled.reserve(elements_of(job.output));
  const std::int64_t width = job.conv_width, height = job.conv_height;
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    const std::uint8_t* plane = codes.data() + c * width * height;
    for (std::int64_t y = 0; y < job.output.height; ++y) {
      for (std::int64_t x = 0; x < job.output.width; ++x) {
        int largest = -kCodeShift;
        for (std::int64_t j = 0; j < job.pool_kernel; ++j) {
          for (std::int64_t i = 0; i < job.pool_kernel; ++i) {
            const std::int64_t row = y * job.pool_stride + j, column = x * job.pool_stride + i;
            if (row < height && column < width)
              largest = std::max(largest, code(plane[row * width + column]));
          }
        }
        pooled.push_back(static_cast<std::uint8_t>(largest));
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
  operands.bias = reader.array<std::int32_t>(job.bias, job.output.channels, "its bias");
  if (job.post.per_channel != 0) {
    operands.requantizers =
        reader.array<Requantizer>(job.post.requantizer_address, job.output.channels, "its multipliers");
  } else {
    operands.requantizers = {job.post.requantizer};
  }
  return operands;
}

Bytes compute(const NneJob& job, const NneOperands& operands, const NneConfig& nne,
              const std::string& where) {
  if (job.header.operation == static_cast<std::uint8_t>(NneOperation::add)) return add(job, operands);
  const std::vector<std::uint8_t> weights = decode_nne_coefficients(operands.stream, job, nne, where);
  Bytes codes = convolve(job, operands, weights);
  return job.pool_type == 0 ? codes : pool(job, codes);
}

}  // namespace trireme
