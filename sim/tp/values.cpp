// SPDX-License-Identifier: Apache-2.0
#include "sim/tp/values.h"

#include <algorithm>
#include <limits>

#include "sim/arithmetic/codes.h"
#include "sim/arithmetic/dot_product.h"
#include "sim/arithmetic/requantize.h"
#include "sim/coding/weights.h"
#include "sim/tp/lrn.h"
#include "sim/tp/reshuffle.h"

namespace trireme {

namespace {

struct PoolWindow {
  std::int64_t x0, x1, y0, y1;  // inside the map
  std::int64_t count;           // elements that divide the sum
};

// Of `kernel` elements from `first` on (0: the first of the padding), those before the padding ends.
std::int64_t counted(std::int64_t first, std::int64_t kernel, std::int64_t padded_size) {
  return std::clamp<std::int64_t>(padded_size - first, 0, kernel);
}

PoolWindow window_at(const TpJob& job, std::int64_t x, std::int64_t y) {
  const std::int64_t left = x * job.stride_w - job.pad_left, top = y * job.stride_h - job.pad_top;
  PoolWindow w{};
  w.x0 = std::max<std::int64_t>(left, 0);
  w.y0 = std::max<std::int64_t>(top, 0);
  w.x1 = std::min<std::int64_t>(left + job.kernel_w, job.input.width);
  w.y1 = std::min<std::int64_t>(top + job.kernel_h, job.input.height);
  const std::int64_t inside = std::max<std::int64_t>(w.x1 - w.x0, 0) * std::max<std::int64_t>(w.y1 - w.y0, 0);
  w.count = inside;
  if (job.count_include_pad != 0) {
    w.count = counted(x * job.stride_w, job.kernel_w, job.pad_left + job.input.width + job.pad_right) *
              counted(y * job.stride_h, job.kernel_h, job.pad_top + job.input.height + job.pad_bottom);
  }
  return w;
}

// TensorFlow Lite averages the codes themselves, half away from zero, where input and output share their
// parameters; its pools count no padding.
std::int32_t rounded_mean(std::int64_t sum, std::int64_t count, const RequantizeConfig& config) {
  const std::int64_t half = count / 2;
  const std::int64_t mean = sum > 0 ? (sum + half) / count : (sum - half) / count;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(mean, config.clamp_low, config.clamp_high));
}

// A factor of exactly one with equal zero points passes codes through: that is how the compiler says "same
// parameters".
bool passes_through(const TpJob& job) {
  return zero_point_of(job.input) == zero_point_of(job.output) && job.input_scale == job.output_scale;
}

std::int32_t average_of(const TpJob& job, const std::int32_t* plane, const PoolWindow& w,
                        const RequantizeConfig& config) {
  std::int64_t sum = 0;
  for (std::int64_t y = w.y0; y < w.y1; ++y) {
    for (std::int64_t x = w.x0; x < w.x1; ++x) sum += plane[y * job.input.width + x];
  }
  if (is_tflite(config.rule) && passes_through(job) && job.count_include_pad == 0)
    return rounded_mean(sum, w.count, config);
  sum -= (w.x1 - w.x0) * (w.y1 - w.y0) * zero_point_of(job.input);
  const float factor =
      job.input_scale / (job.output_scale * static_cast<float>(std::max<std::int64_t>(w.count, 1)));
  return requantize(sum, requantizer_of(factor, config.rule), config);
}

std::int32_t maximum_of(const TpJob& job, const std::int32_t* plane, const PoolWindow& w) {
  std::int32_t largest = std::numeric_limits<std::int16_t>::min();
  for (std::int64_t y = w.y0; y < w.y1; ++y) {
    for (std::int64_t x = w.x0; x < w.x1; ++x) largest = std::max(largest, plane[y * job.input.width + x]);
  }
  return largest;
}

std::int32_t requantized(const TpJob& job, std::int32_t code, const RequantizeConfig& config) {
  if (passes_through(job)) return std::clamp(code, config.clamp_low, config.clamp_high);
  return requantize(code - zero_point_of(job.input), job.post.requantizer, config);
}

Codes pool(const TpJob& job, const Codes& input, const RequantizeConfig& config) {
  const bool average = is(job, TpOperation::avg_pool);
  Codes output;
  output.reserve(elements_of(job.output));
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    const std::int32_t* plane = input.data() + c * job.input.height * job.input.width;
    for (std::int64_t y = 0; y < job.output.height; ++y) {
      for (std::int64_t x = 0; x < job.output.width; ++x) {
        const PoolWindow w = window_at(job, x, y);
        output.push_back(average ? average_of(job, plane, w, config)
                                 : requantized(job, maximum_of(job, plane, w), config));
      }
    }
  }
  return output;
}

Codes transpose(const TpJob& job, const Codes& input, const RequantizeConfig& config) {
  const std::int64_t in[3] = {job.input.channels, job.input.height, job.input.width};
  const std::int64_t in_stride[3] = {in[1] * in[2], in[2], 1};
  const std::int64_t stride[3] = {in_stride[job.perm[0]], in_stride[job.perm[1]], in_stride[job.perm[2]]};
  Codes output;
  output.reserve(elements_of(job.output));
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    for (std::int64_t y = 0; y < job.output.height; ++y) {
      for (std::int64_t x = 0; x < job.output.width; ++x) {
        const std::int32_t code =
            input[static_cast<std::size_t>(c * stride[0] + y * stride[1] + x * stride[2])];
        output.push_back(requantized(job, code, config));
      }
    }
  }
  return output;
}

Bytes look_up(const TpOperands& operands) {
  Bytes output(operands.input.size());
  std::transform(operands.input.begin(), operands.input.end(), output.begin(),
                 [&](std::uint8_t code) { return operands.table[code]; });
  return output;
}

// Codes as distances from their zero point.
Codes distances(const Bytes& stored, std::uint8_t dtype, std::int32_t zero_point) {
  Codes codes = codes_of(stored, dtype);
  for (std::int32_t& code : codes) code -= zero_point;
  return codes;
}

Codes fully_connected(const TpJob& job, const TpOperands& operands, const RequantizeConfig& config,
                      const std::string& where) {
  const auto weights = weights_of<std::int32_t>(operands.table, weight_layout_of(job), where);
  const Codes input = distances(operands.input, job.input.dtype, zero_point_of(job.input));
  const bool wide = has_wide_sums(job.input, job.weight_dtype);
  Codes output(job.output.channels);
  const std::int32_t* row = weights->distances.data();
  for (std::size_t i = 0; i < output.size(); ++i, row += input.size()) {
    const std::int64_t sum = operands.bias[i] + (wide ? dot_product(input.data(), row, input.size())
                                                      : dot_product_modulo(input.data(), row, input.size()));
    const Requantizer& by = operands.requantizers[job.post.per_channel != 0 ? i : 0];
    output[i] = requantize(wide ? sum : static_cast<std::int32_t>(sum), by, config);
  }
  return output;
}

TfliteKernel kernel_of(const TpJob& job) {
  // TensorFlow Lite rounds its dense layers as convolutions, everything else by gemmlowp (numerics.md §3.2).
  if (!is(job, TpOperation::fully_connected)) return TfliteKernel::gemmlowp;
  return has_wide_sums(job.input, job.weight_dtype) ? TfliteKernel::wide : TfliteKernel::ruy;
}

Codes computed_codes(const TpJob& job, const TpOperands& operands, const std::string& where) {
  const RequantizeConfig config = requantize_config(job.post, zero_point_of(job.output), kernel_of(job));
  const auto input = [&] { return codes_of(operands.input, job.input.dtype); };
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
      return pool(job, input(), config);
    case TpOperation::transpose:
      return transpose(job, input(), config);
    case TpOperation::fully_connected:
      return fully_connected(job, operands, config, where);
    case TpOperation::copy: {
      Codes codes = input();
      for (std::int32_t& code : codes) code = requantized(job, code, config);
      return codes;
    }
    case TpOperation::lrn:
      return normalize(job, input());
    case TpOperation::lut:        // codes of 8 bits, as they are
    case TpOperation::reshuffle:  // its elements go straight to their places: scatter
      break;
  }
  internal_error("unknown TP operation");
}

}  // namespace

TpOperands read_operands(const TpJob& job, OperandReader& reader) {
  TpOperands operands;
  const auto operation = static_cast<TpOperation>(job.header.operation);
  if (operation == TpOperation::reshuffle) {
    operands.input = gather(job, reader);
    return operands;
  }
  operands.input = reader.tensor(job.input, "its input");
  operands.requantizers = {job.post.requantizer};
  if (operation == TpOperation::lut) operands.table = reader.bytes(job.table, 256, "its table");
  if (operation == TpOperation::fully_connected) {
    operands.table = reader.bytes(job.table, job.table_bytes, "its coefficients");
    operands.bias = reader.biases(job);
    if (job.post.per_channel != 0) {
      operands.requantizers =
          reader.array<Requantizer>(job.post.requantizer_address, job.output.channels, "its multipliers");
    }
  }
  return operands;
}

Bytes compute(const TpJob& job, const TpOperands& operands, const std::string& where) {
  if (is(job, TpOperation::lut)) return look_up(operands);
  return stored_codes(computed_codes(job, operands, where), job.output.dtype);
}

}  // namespace trireme
