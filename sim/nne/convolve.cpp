// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/convolve.h"

#include <algorithm>
#include <numeric>

#include "sim/arithmetic/exact_product.h"
#include "sim/arithmetic/requantize_row.h"
#include "sim/coding/coefficient_decoder.h"
#include "sim/nne/add.h"
#include "sim/nne/depthwise.h"
#include "sim/nne/unfold.h"

namespace trireme {

namespace {

constexpr int kCodeShift = 128;  // uint8 codes enter a product as code - 128, int8 ones as they are
constexpr std::int64_t kUnfolded = std::int64_t{1} << 18;  // values of one unfolded piece: what a cache holds

bool is_signed(std::uint8_t dtype) { return static_cast<DataType>(dtype) == DataType::int8; }
int shift_of(std::uint8_t dtype) { return is_signed(dtype) ? 0 : kCodeShift; }

// Codes as they enter a product. Flipping the top bit of a uint8 takes 128 away.
template <typename Number>
std::vector<Number> shifted_codes(const std::uint8_t* codes, std::size_t count, std::uint8_t dtype) {
  const auto flip = static_cast<std::uint8_t>(shift_of(dtype));
  std::vector<Number> numbers(count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<Number>(static_cast<std::int8_t>(codes[i] ^ flip));
  }
  return numbers;
}

// Weights as distances from their zero point, and the largest of the kernels' sums that an input's own zero
// point multiplies.
struct Weights {
  std::vector<std::int32_t> distances;  // [output channel][term]
  std::vector<std::int32_t> sums;       // one an output channel, modulo 2^32
};

Weights weights_of(const NneJob& job, const ConvolutionShape& s, const std::vector<std::uint8_t>& codes) {
  Weights weights;
  weights.distances = shifted_codes<std::int32_t>(codes.data(), codes.size(), job.weight_dtype);
  const std::int32_t zero_point = job.weight_zero_point - shift_of(job.weight_dtype);
  for (std::int32_t& distance : weights.distances) distance -= zero_point;
  for (std::int64_t k = 0; k < s.out_c; ++k) {
    const auto first = weights.distances.begin() + k * s.terms;
    weights.sums.push_back(
        static_cast<std::int32_t>(std::accumulate(first, first + s.terms, std::int64_t{0})));
  }
  return weights;
}

// One job's way from sums to codes, before pooling.
struct Requantization {
  const NneJob& job;
  const NneOperands& operands;
  RequantizeConfig config;

  // `correction` is added to every sum besides the bias.
  void row(const std::int32_t* sums, std::int64_t count, std::size_t channel, std::uint32_t correction,
           std::uint8_t* codes) const {
    const auto offset =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(operands.bias[channel]) + correction);
    const Requantizer& by = operands.requantizers[job.post.per_channel != 0 ? channel : 0];
    requantize_row(sums, static_cast<std::size_t>(count), offset, by, config, codes);
  }
};

// Matrix products, a piece of the map at a time: sum (x - a)(w - b) = sum x(w - b) - a sum (w - b).
void convolve_group(const ConvolutionShape& s, const Weights& weights, const Requantization& to_codes,
                    std::int64_t group, Bytes& codes) {
  const NneJob& job = to_codes.job;
  const std::int64_t pixels = s.out_pixels(), first_channel = group * s.group_out;
  const std::vector<float> planes =
      shifted_codes<float>(to_codes.operands.input.data() + group * s.group_in * s.in_pixels(),
                           static_cast<std::size_t>(s.group_in * s.in_pixels()), job.input.dtype);
  const std::vector<float> kernels(weights.distances.begin() + first_channel * s.terms,
                                   weights.distances.begin() + (first_channel + s.group_out) * s.terms);
  const std::int32_t zero_point = job.input.zero_point - shift_of(job.input.dtype);
  const bool pointwise = is_pointwise(job, s);
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, kUnfolded / (s.terms * s.out_w));
  const ExactOperand<float> left({kernels.data(), s.group_out, s.terms, s.terms}, kCodeShift);
  std::vector<float> windows;
  ProductBuffers<float> products;
  for (std::int64_t row = 0; row < s.out_h; row += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, s.out_h - row), count = rows * s.out_w;
    MatrixView<float> columns{planes.data() + row * s.out_w, s.terms, count, pixels};
    if (!pointwise) {
      windows.resize(static_cast<std::size_t>(s.terms * count));
      unfold(job, s, planes.data(), static_cast<float>(zero_point), row, rows, windows.data());
      columns = {windows.data(), s.terms, count, count};
    }
    multiply_exact(left, columns, products);
    for (std::int64_t k = 0; k < s.group_out; ++k) {
      const std::int64_t channel = first_channel + k;
      const auto correction = -static_cast<std::uint32_t>(zero_point) *
                              static_cast<std::uint32_t>(weights.sums[static_cast<std::size_t>(channel)]);
      to_codes.row(products.sums.data() + k * count, count, static_cast<std::size_t>(channel), correction,
                   codes.data() + channel * pixels + row * s.out_w);
    }
  }
}

void convolve_planes(const ConvolutionShape& s, const Weights& weights, const Requantization& to_codes,
                     Bytes& codes) {
  const NneJob& job = to_codes.job;
  PaddedPlane plane(job, s);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(s.out_pixels()));
  const std::int32_t zero_point = job.input.zero_point - shift_of(job.input.dtype);
  for (std::int64_t channel = 0; channel < s.out_c; ++channel) {
    if (channel % s.group_out == 0) {
      std::vector<std::int32_t> distances =
          shifted_codes<std::int32_t>(to_codes.operands.input.data() + channel / s.group_out * s.in_pixels(),
                                      static_cast<std::size_t>(s.in_pixels()), job.input.dtype);
      for (std::int32_t& distance : distances) distance -= zero_point;
      plane.fill(distances.data());
    }
    plane.convolve(weights.distances.data() + channel * s.terms, sums.data());
    to_codes.row(sums.data(), s.out_pixels(), static_cast<std::size_t>(channel), 0,
                 codes.data() + channel * s.out_pixels());
  }
}

// Convolution result as output codes, before pooling.
Bytes convolve(const NneJob& job, const NneOperands& operands,
               const std::vector<std::uint8_t>& codes_of_weights) {
  const ConvolutionShape s = shape_of(job);
  const Weights weights = weights_of(job, s, codes_of_weights);
  const Requantization to_codes{
      job, operands,
      requantize_config(job.post, job.output.zero_point,
                        is_depthwise(job) ? TfliteKernel::gemmlowp : TfliteKernel::ruy)};
  Bytes codes(static_cast<std::size_t>(s.out_pixels() * s.out_c));
  if (s.group_in == 1 && s.groups > 1) {
    convolve_planes(s, weights, to_codes, codes);
  } else {
    for (std::int64_t group = 0; group < s.groups; ++group)
      convolve_group(s, weights, to_codes, group, codes);
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
