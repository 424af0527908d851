// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/convolve.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/exact_product.h"
#include "sim/arithmetic/requantize_row.h"
#include "sim/coding/coefficient_decoder.h"
#include "sim/nne/add.h"
#include "sim/nne/depthwise.h"
#include "sim/nne/unfold.h"

namespace trireme {

namespace {

constexpr std::int64_t kUnfolded = std::int64_t{1} << 18;  // values of one unfolded piece: what a cache holds

std::int32_t largest_of(const std::int32_t* distances, std::int64_t count) {
  std::int32_t largest = 0;
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(distances[i]));
  return largest;
}

// Weights as distances from their zero point, and the sum of each kernel, which an input's zero point
// multiplies.
struct Weights {
  Codes distances;                 // [output channel][term]
  std::vector<std::int64_t> sums;  // one an output channel
};

Weights weights_of(const NneJob& job, const ConvolutionShape& s, const Bytes& stored) {
  Weights weights{codes_of(stored, job.weight_dtype), {}};
  for (std::int32_t& distance : weights.distances) distance -= job.weight_zero_point;
  for (std::int64_t k = 0; k < s.out_c; ++k) {
    const auto first = weights.distances.begin() + k * s.terms;
    weights.sums.push_back(std::accumulate(first, first + s.terms, std::int64_t{0}));
  }
  return weights;
}

// The zero point as it enters a product: shifted as the codes are.
std::int32_t shifted_zero_point(const NneJob& job) {
  return zero_point_of(job.input) - shift_of(job.input.dtype);
}

// The group's input as numbers in a range around zero.
template <typename Number>
std::vector<Number> planes_of(const NneJob& job, const Bytes& input, std::int64_t first, std::int64_t count) {
  std::vector<Number> numbers(static_cast<std::size_t>(count));
  const int shift = shift_of(job.input.dtype);
  with_code_type(job.input.dtype, [&](auto code) {
    const std::uint8_t* from = input.data() + first * static_cast<std::int64_t>(sizeof code);
    for (Number& number : numbers) {
      std::memcpy(&code, from, sizeof code);
      number = static_cast<Number>(code - shift);
      from += sizeof code;
    }
  });
  return numbers;
}

// One job's way from sums to stored codes, before pooling.
class Requantization {
 public:
  Requantization(const NneJob& job, const NneOperands& operands)
      : job_(job), operands_(operands), wide_(has_wide_sums(job.input, job.weight_dtype)) {
    const TfliteKernel narrow = is_depthwise(job) ? TfliteKernel::gemmlowp : TfliteKernel::ruy;
    config_ = requantize_config(job.post, zero_point_of(job.output), wide_ ? TfliteKernel::wide : narrow);
  }

  // `sums` of one channel, to each of which `correction` is added besides the bias; into codes [first, first
  // + count) of all codes.
  template <typename Sum>
  void row(const Sum* sums, std::int64_t count, std::int64_t channel, std::int64_t correction,
           std::int64_t first, Bytes& codes) const {
    const auto c = static_cast<std::size_t>(channel);
    const std::int64_t offset = operands_.bias[c] + correction;
    const Requantizer& by = operands_.requantizers[job_.post.per_channel != 0 ? c : 0];
    if constexpr (sizeof(Sum) == sizeof(std::int32_t)) {
      if (bytes_of(static_cast<DataType>(job_.output.dtype)) == 1) {
        return requantize_row(sums, static_cast<std::size_t>(count),
                              static_cast<std::int32_t>(static_cast<std::uint64_t>(offset)), by, config_,
                              codes.data() + first);
      }
    }
    with_code_type(job_.output.dtype, [&](auto code) {
      std::uint8_t* to = codes.data() + first * static_cast<std::int64_t>(sizeof code);
      for (std::int64_t i = 0; i < count; ++i, to += sizeof code) {
        const std::int64_t sum = sums[i] + offset;
        // The accumulator of 8-bit data has 32 bits and wraps.
        code = static_cast<decltype(code)>(
            requantize(wide_ ? sum : static_cast<std::int32_t>(sum), by, config_));
        std::memcpy(to, &code, sizeof code);
      }
    });
  }

 private:
  const NneJob& job_;
  const NneOperands& operands_;
  bool wide_;
  RequantizeConfig config_;
};

struct Convolution {
  const NneJob& job;
  const NneOperands& operands;
  ConvolutionShape shape;
  Weights weights;
  Requantization to_codes;
};

// Matrix products, a piece of the map at a time: sum (x - a)(w - b) = sum x(w - b) - a sum (w - b).
template <typename Real>
void convolve_group(const Convolution& c, std::int64_t group, Bytes& codes) {
  const ConvolutionShape& s = c.shape;
  const std::int64_t pixels = s.out_pixels(), first_channel = group * s.group_out;
  const std::int64_t plane_values = s.group_in * s.in_pixels();
  const auto planes = planes_of<Real>(c.job, c.operands.input, group * plane_values, plane_values);
  const std::int32_t* distances = c.weights.distances.data() + first_channel * s.terms;
  const std::int64_t count_of_weights = s.group_out * s.terms;
  const std::vector<Real> kernels(distances, distances + count_of_weights);
  const std::int32_t zero_point = shifted_zero_point(c.job);
  const std::int64_t largest_input = std::int64_t{1} << (8 * element_bytes(c.job.input) - 1);
  const ExactOperand<Real> left(
      {kernels.data(), s.group_out, s.terms, s.terms},
      largest_of(distances, count_of_weights) * std::max<std::int64_t>(largest_input, std::abs(zero_point)));
  const bool pointwise = is_pointwise(c.job, s);
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, kUnfolded / (s.terms * s.out_w));
  std::vector<Real> windows;
  ProductBuffers<Real> products;
  for (std::int64_t row = 0; row < s.out_h; row += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, s.out_h - row), count = rows * s.out_w;
    MatrixView<Real> columns{planes.data() + row * s.out_w, s.terms, count, pixels};
    if (!pointwise) {
      windows.resize(static_cast<std::size_t>(s.terms * count));
      unfold(c.job, s, planes.data(), static_cast<Real>(zero_point), row, rows, windows.data());
      columns = {windows.data(), s.terms, count, count};
    }
    multiply_exact(left, columns, products);
    for (std::int64_t k = 0; k < s.group_out; ++k) {
      const std::int64_t channel = first_channel + k;
      const std::int64_t correction = -zero_point * c.weights.sums[static_cast<std::size_t>(channel)];
      c.to_codes.row(products.sums.data() + k * count, count, channel, correction,
                     channel * pixels + row * s.out_w, codes);
    }
  }
}

// One plane at a time, 32-bit sums.
void convolve_planes(const Convolution& c, Bytes& codes) {
  const ConvolutionShape& s = c.shape;
  PaddedPlane plane(c.job, s);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(s.out_pixels()));
  const std::int32_t zero_point = shifted_zero_point(c.job);
  for (std::int64_t channel = 0; channel < s.out_c; ++channel) {
    if (channel % s.group_out == 0) {
      const std::int64_t first = channel / s.group_out * s.in_pixels();
      auto distances = planes_of<std::int32_t>(c.job, c.operands.input, first, s.in_pixels());
      for (std::int32_t& distance : distances) distance -= zero_point;
      plane.fill(distances.data());
    }
    plane.convolve(c.weights.distances.data() + channel * s.terms, sums.data());
    c.to_codes.row(sums.data(), s.out_pixels(), channel, 0, channel * s.out_pixels(), codes);
  }
}

// Convolution result as stored codes, before pooling.
template <typename Real>
Bytes convolve(const NneJob& job, const NneOperands& operands, const Bytes& stored_weights) {
  const ConvolutionShape s = shape_of(job);
  const Convolution c{job, operands, s, weights_of(job, s, stored_weights), {job, operands}};
  Bytes codes(static_cast<std::size_t>(s.out_pixels() * s.out_c * element_bytes(job.output)));
  const bool narrow = sizeof(Real) == sizeof(float);
  if (narrow && s.group_in == 1 && s.groups > 1) {
    convolve_planes(c, codes);
  } else {
    for (std::int64_t group = 0; group < s.groups; ++group) convolve_group<Real>(c, group, codes);
  }
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
  if (job.activation != 0) operands.table = reader.bytes(job.table, kTableCodes, "its activation table");
  return operands;
}

Bytes compute(const NneJob& job, const NneOperands& operands, const NneConfig& nne,
              const std::string& where) {
  if (job.header.operation == static_cast<std::uint8_t>(NneOperation::add)) return add(job, operands);
  const Bytes weights = decode_nne_coefficients(operands.stream, job, nne, where);
  Bytes codes = has_wide_sums(job.input, job.weight_dtype) ? convolve<double>(job, operands, weights)
                                                           : convolve<float>(job, operands, weights);
  if (job.activation != 0) {
    for (std::uint8_t& code : codes) code = operands.table[code];
  }
  if (job.pool_type == 0) return codes;
  return stored_codes(pool(job, codes_of(codes, job.output.dtype)), job.output.dtype);
}

}  // namespace trireme
