// SPDX-License-Identifier: Apache-2.0
#include "sim/tp/values.h"

#include <algorithm>
#include <cstring>

#include "sim/arithmetic/integer_gemm.h"
#include "sim/arithmetic/requantize.h"
#include "sim/coding/coefficient_decoder.h"
#include "sim/tp/reshuffle.h"

namespace trireme {

namespace {

constexpr int kCodeShift = 128;

// Codes of 8 bits enter as -128..127: uint8 ones less 128, and their zero points alike.
bool is_signed(std::uint8_t dtype) { return static_cast<DataType>(dtype) == DataType::int8; }
int shift_of(std::uint8_t dtype) { return is_signed(dtype) ? 0 : kCodeShift; }
std::int32_t code_of(std::uint8_t byte, std::uint8_t dtype) {
  return is_signed(dtype) ? std::int32_t{static_cast<std::int8_t>(byte)} : std::int32_t{byte};
}

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

bool is_tflite(RequantRule rule) {
  return rule == RequantRule::tflite || rule == RequantRule::tflm || rule == RequantRule::tflm_single;
}

// TensorFlow Lite averages the codes themselves, half away from zero, where input and output share their
// parameters; its pools count no padding.
std::uint8_t rounded_mean(std::int32_t sum, std::int64_t count, const RequantizeConfig& config) {
  const std::int64_t half = count / 2;
  const std::int64_t mean = sum > 0 ? (sum + half) / count : (sum - half) / count;
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(mean, config.clamp_low, config.clamp_high));
}

// A factor of exactly one with equal zero points passes codes through: that is how the compiler says "same
// parameters".
bool passes_through(const TpJob& job) {
  return job.input.zero_point == job.output.zero_point && job.input_scale == job.output_scale;
}

std::uint8_t average_of(const TpJob& job, const std::uint8_t* plane, const PoolWindow& w,
                        const RequantizeConfig& config) {
  std::int32_t sum = 0;
  for (std::int64_t y = w.y0; y < w.y1; ++y) {
    for (std::int64_t x = w.x0; x < w.x1; ++x)
      sum += code_of(plane[y * job.input.width + x], job.input.dtype);
  }
  if (is_tflite(config.rule) && passes_through(job) && job.count_include_pad == 0)
    return rounded_mean(sum, w.count, config);
  sum -= static_cast<std::int32_t>((w.x1 - w.x0) * (w.y1 - w.y0)) * job.input.zero_point;
  const float factor =
      job.input_scale / (job.output_scale * static_cast<float>(std::max<std::int64_t>(w.count, 1)));
  return static_cast<std::uint8_t>(requantize(sum, requantizer_of(factor, config.rule), config));
}

std::uint8_t maximum_of(const TpJob& job, const std::uint8_t* plane, const PoolWindow& w) {
  std::int32_t largest = -kCodeShift;
  for (std::int64_t y = w.y0; y < w.y1; ++y) {
    for (std::int64_t x = w.x0; x < w.x1; ++x)
      largest = std::max(largest, code_of(plane[y * job.input.width + x], job.input.dtype));
  }
  return static_cast<std::uint8_t>(largest);
}

std::uint8_t requantized(const TpJob& job, std::uint8_t code, const RequantizeConfig& config) {
  const std::int32_t value = code_of(code, job.input.dtype);
  if (passes_through(job)) {
    return static_cast<std::uint8_t>(std::clamp(value, config.clamp_low, config.clamp_high));
  }
  return static_cast<std::uint8_t>(requantize(value - job.input.zero_point, job.post.requantizer, config));
}

Bytes pool(const TpJob& job, const Bytes& input, const RequantizeConfig& config) {
  const bool average = job.header.operation == static_cast<std::uint8_t>(TpOperation::avg_pool);
  Bytes output;
  output.reserve(elements_of(job.output));
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    const std::uint8_t* plane = input.data() + c * job.input.height * job.input.width;
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

Bytes transpose(const TpJob& job, const Bytes& input, const RequantizeConfig& config) {
  const std::int64_t in[3] = {job.input.channels, job.input.height, job.input.width};
  const std::int64_t in_stride[3] = {in[1] * in[2], in[2], 1};
  const std::int64_t stride[3] = {in_stride[job.perm[0]], in_stride[job.perm[1]], in_stride[job.perm[2]]};
  Bytes output;
  output.reserve(elements_of(job.output));
  for (std::int64_t c = 0; c < job.output.channels; ++c) {
    for (std::int64_t y = 0; y < job.output.height; ++y) {
      for (std::int64_t x = 0; x < job.output.width; ++x) {
        const std::uint8_t code =
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

Bytes fully_connected(const TpJob& job, const TpOperands& operands, const RequantizeConfig& config,
                      const std::string& where) {
  const std::vector<std::uint8_t> weights = decode_tp_coefficients(operands.table, job, where);
  const auto inputs = static_cast<std::int64_t>(operands.input.size());
  const auto outputs = static_cast<std::int64_t>(job.output.channels);
  const int x_shift = shift_of(job.input.dtype), w_shift = shift_of(job.weight_dtype);
  const auto shifted_x = [&](std::uint8_t b) {
    return static_cast<float>(code_of(b, job.input.dtype) - x_shift);
  };
  const auto shifted_w = [&](std::uint8_t b) {
    return static_cast<float>(code_of(b, job.weight_dtype) - w_shift);
  };
  CodeMatrix x{1, inputs, std::vector<float>(operands.input.size())};
  CodeMatrix w{outputs, inputs, std::vector<float>(weights.size())};
  std::transform(operands.input.begin(), operands.input.end(), x.values.begin(), shifted_x);
  std::transform(weights.begin(), weights.end(), w.values.begin(), shifted_w);
  std::vector<std::int32_t> sums;
  multiply_exact(x, w, job.input.zero_point - x_shift, job.weight_zero_point - w_shift, sums);
  Bytes output(static_cast<std::size_t>(outputs));
  for (std::size_t i = 0; i < output.size(); ++i) {
    const auto sum = static_cast<std::uint32_t>(sums[i]) + static_cast<std::uint32_t>(operands.bias[i]);
    const Requantizer& by = operands.requantizers[job.post.per_channel != 0 ? i : 0];
    output[i] = static_cast<std::uint8_t>(requantize(static_cast<std::int32_t>(sum), by, config));
  }
  return output;
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
    operands.bias = reader.array<std::int32_t>(job.bias, job.output.channels, "its bias");
    if (job.post.per_channel != 0) {
      operands.requantizers =
          reader.array<Requantizer>(job.post.requantizer_address, job.output.channels, "its multipliers");
    }
  }
  return operands;
}

Bytes compute(const TpJob& job, const TpOperands& operands, const std::string& where) {
  // TensorFlow Lite rounds its dense layers as convolutions, everything else by gemmlowp (numerics.md §3.2).
  const bool dense = job.header.operation == static_cast<std::uint8_t>(TpOperation::fully_connected);
  const RequantizeConfig config =
      requantize_config(job.post, job.output.zero_point, dense ? TfliteKernel::ruy : TfliteKernel::gemmlowp);
  switch (static_cast<TpOperation>(job.header.operation)) {
    case TpOperation::max_pool:
    case TpOperation::avg_pool:
      return pool(job, operands.input, config);
    case TpOperation::transpose:
      return transpose(job, operands.input, config);
    case TpOperation::lut:
      return look_up(operands);
    case TpOperation::fully_connected:
      return fully_connected(job, operands, config, where);
    case TpOperation::reshuffle:
      break;  // its elements go straight to their places: scatter
    case TpOperation::copy: {
      Bytes output(operands.input.size());
      std::transform(operands.input.begin(), operands.input.end(), output.begin(),
                     [&](std::uint8_t code) { return requantized(job, code, config); });
      return output;
    }
  }
  internal_error("unknown TP operation");
}

}  // namespace trireme
