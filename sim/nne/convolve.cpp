// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/convolve.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/exact_product.h"
#include "sim/arithmetic/requantize_row.h"
#include "sim/coding/weights.h"
#include "sim/nne/add.h"
#include "sim/nne/depthwise.h"
#include "sim/nne/unfold.h"

namespace trireme {

namespace {

constexpr std::int64_t kUnfolded = std::int64_t{1} << 18;  // values of one unfolded piece: what a cache holds

// The zero point as it enters a product: shifted as the codes are.
std::int32_t shifted_zero_point(const NneJob& job) {
  return zero_point_of(job.input) - shift_of(job.input.dtype);
}

// One job's way from sums to stored codes, before pooling.
class Requantization {
 public:
  Requantization(const NneJob& job, const NneOperands& operands)
      : job_(job), operands_(operands), wide_(has_wide_sums(job.input, job.weight_dtype)) {
    const TfliteKernel narrow = is(job, NneOperation::depthwise) ? TfliteKernel::gemmlowp : TfliteKernel::ruy;
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
    if constexpr (sizeof(Sum) == sizeof(std::int32_t)) {  // int32 or float32
      if (bytes_of(static_cast<DataType>(job_.output.dtype)) == 1) {
        return requantize_row(sums, static_cast<std::size_t>(count),
                              static_cast<std::int32_t>(static_cast<std::uint64_t>(offset)), by, config_,
                              codes.data() + first);
      }
    }
    with_code_type(job_.output.dtype, [&](auto code) {
      std::uint8_t* to = codes.data() + first * static_cast<std::int64_t>(sizeof code);
      for (std::int64_t i = 0; i < count; ++i, to += sizeof code) {
        const std::int64_t sum = static_cast<std::int64_t>(sums[i]) + offset;
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

template <typename Real>
struct Convolution {
  const NneJob& job;
  const NneOperands& operands;
  ConvolutionShape shape;
  const Weights<Real>& weights;
  Requantization to_codes;
};

template <typename Code>
const Code* stored_group(const NneOperands& operands, const ConvolutionShape& s, std::int64_t group) {
  return reinterpret_cast<const Code*>(operands.input.data()) + group * s.group_in * s.in_pixels();
}

// Matrix products, a piece of the map at a time: sum (x - a)(w - b) = sum x(w - b) - a sum (w - b).
template <typename Code, typename Real>
void convolve_group(const Convolution<Real>& c, std::int64_t group, Bytes& codes) {
  const ConvolutionShape& s = c.shape;
  const std::int64_t pixels = s.out_pixels(), first_channel = group * s.group_out;
  const Code* planes = stored_group<Code>(c.operands, s, group);
  const Real* kernels = c.weights.distances.data() + first_channel * s.terms;
  const std::int32_t zero_point = shifted_zero_point(c.job), shift = shift_of(c.job.input.dtype);
  const std::int64_t largest_input = std::int64_t{1} << (8 * element_bytes(c.job.input) - 1);
  const ExactOperand<Real> left(
      {kernels, s.group_out, s.terms, s.terms},
      c.weights.largest * std::max<std::int64_t>(largest_input, std::abs(zero_point)));
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, kUnfolded / (s.terms * s.out_w));
  Uninitialized<Real> windows;
  ProductBuffers<Real> products;
  for (std::int64_t row = 0; row < s.out_h; row += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, s.out_h - row), count = rows * s.out_w;
    windows.resize(static_cast<std::size_t>(s.terms * count));
    unfold(c.job, s, planes, shift, static_cast<Real>(zero_point), row, rows, windows.data());
    multiply_exact(left, {windows.data(), s.terms, count, count}, products);
    for (std::int64_t k = 0; k < s.group_out; ++k) {
      const std::int64_t channel = first_channel + k, first = channel * pixels + row * s.out_w;
      const std::int64_t correction = -zero_point * c.weights.sums[static_cast<std::size_t>(channel)];
      if (left.in_one_slice()) {
        c.to_codes.row(products.slice.data() + k * count, count, channel, correction, first, codes);
      } else {
        c.to_codes.row(products.sums.data() + k * count, count, channel, correction, first, codes);
      }
    }
  }
}

// One plane at a time, 32-bit sums. Codes are made for what lies between the rows of sums, too: cheaper than
// a call a row.
template <typename Code>
void convolve_planes(const Convolution<float>& c, Bytes& codes) {
  const ConvolutionShape& s = c.shape;
  PaddedPlane plane(c.job, s);
  Uninitialized<std::int32_t> sums(static_cast<std::size_t>(plane.count()));
  Bytes rows(sums.size() * static_cast<std::size_t>(element_bytes(c.job.output)));
  std::vector<std::int32_t> kernel(static_cast<std::size_t>(s.terms));
  const std::int64_t row_bytes = s.out_w * element_bytes(c.job.output);
  const std::int64_t pitch = plane.pitch() * element_bytes(c.job.output);
  std::uint8_t* target = codes.data();
  for (std::int64_t channel = 0; channel < s.out_c; ++channel) {
    if (channel % s.group_out == 0)
      plane.fill(stored_group<Code>(c.operands, s, channel / s.group_out), zero_point_of(c.job.input));
    const float* distances = c.weights.distances.data() + channel * s.terms;
    std::transform(distances, distances + s.terms, kernel.begin(),
                   [](float distance) { return static_cast<std::int32_t>(distance); });
    plane.convolve(kernel.data(), sums.data());
    c.to_codes.row(sums.data(), plane.count(), channel, 0, 0, rows);
    for (std::int64_t y = 0; y < s.out_h; ++y, target += row_bytes)
      std::memcpy(target, rows.data() + y * pitch, static_cast<std::size_t>(row_bytes));
  }
}

// The kernels of a product of two maps: codes as they lie in memory.
template <typename Real>
Weights<Real> weights_of_map(const NneJob& job, const Bytes& stored) {
  const std::int64_t terms = job.input.channels, kernels = job.output.channels;
  Weights<Real> weights;
  weights.distances.reserve(stored.size());
  for (const std::int32_t code : codes_of(stored, job.weight_dtype)) {
    const std::int64_t distance = std::int64_t{code} - job.weight_zero_point;
    weights.largest = std::max(weights.largest, std::abs(distance));
    weights.distances.push_back(static_cast<Real>(distance));
  }
  for (std::int64_t k = 0; k < kernels; ++k) {
    const auto row = weights.distances.begin() + k * terms;
    const Real sum = std::accumulate(row, row + terms, Real{0});  // exact: below 2^24
    weights.sums.push_back(static_cast<std::int64_t>(sum));
  }
  return weights;
}

// Convolution result as stored codes, before pooling.
template <typename Real>
Bytes convolve(const NneJob& job, const NneOperands& operands, const NneConfig& nne,
               const std::string& where) {
  const auto weights = is(job, NneOperation::matmul)
                           ? std::make_shared<const Weights<Real>>(weights_of_map<Real>(job, operands.stream))
                           : weights_of<Real>(operands.stream, weight_layout_of(job, nne), where);
  const ConvolutionShape s = shape_of(job);
  const Convolution<Real> c{job, operands, s, *weights, {job, operands}};
  Bytes codes(static_cast<std::size_t>(s.out_pixels() * s.out_c * element_bytes(job.output)));
  with_code_type(job.input.dtype, [&](auto code) {
    using Code = decltype(code);
    if constexpr (sizeof(Real) == sizeof(float)) {
      if (s.group_in == 1 && s.groups > 1) return convolve_planes<Code>(c, codes);
    }
    for (std::int64_t group = 0; group < s.groups; ++group) convolve_group<Code>(c, group, codes);
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
  if (is(job, NneOperation::add)) {
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
  if (is(job, NneOperation::add)) return add(job, operands);
  Bytes codes = has_wide_sums(job.input, job.weight_dtype) ? convolve<double>(job, operands, nne, where)
                                                           : convolve<float>(job, operands, nne, where);
  if (job.activation != 0) {
    for (std::uint8_t& code : codes) code = operands.table[code];
  }
  if (job.pool_type == 0) return codes;
  return stored_codes(pool(job, codes_of(codes, job.output.dtype)), job.output.dtype);
}

}  // namespace trireme
