// SPDX-License-Identifier: Apache-2.0
// Functions of one code: a function of an integer, tabulated for 8-bit inputs.
#include <limits>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/input_radius.h"
#include "model/reference/tflite/table.h"
#include "model/reference/tflite/wide.h"

namespace trireme::tflite {

namespace {

// Every output code is function(x - z_in), clamped to the type; the function adds the zero point.
template <typename Function>
std::vector<Tensor> for_each_code(const KernelCall& call, Function function) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  const CodeRange range = in.range();
  std::vector<std::int32_t> table;
  for (std::int32_t x = range.low; x <= range.high && in.dtype != DataType::int32; ++x)
    table.push_back(clamped(function(x - in.zero_point), out.range()));
  for (std::int32_t& code : codes) {
    code = table.empty() ? clamped(function(code - in.zero_point), out.range())
                         : table[static_cast<std::size_t>(code - range.low)];
  }
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

// As TensorFlow Lite's float functions: the exponential in float32, correctly rounded, then float32 steps.
float real_value(const std::string& op, float x) {
  if (op == "tanh") return static_cast<float>(exact_tanh(static_cast<double>(x)));
  return 1.0F / (1.0F + static_cast<float>(exact_exp(static_cast<double>(-x))));
}

// A table of the float function: TensorFlow Lite on CPUs.
std::vector<Tensor> float_table(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const float inverse = 1.0F / out.scale;
  return for_each_code(call, [&](std::int32_t x) {
    const float value = real_value(call.node.op, in.scale * static_cast<float>(x));
    return round_to_int64(static_cast<double>(value * inverse), Ties::half_away) + out.zero_point;
  });
}

// The function in fixed point with 4 integer bits, saturated beyond the range they reach: Micro, which
// demands the scale and zero point of the function's range (1/256 and the lowest code, or 1/128 and 0).
std::vector<Tensor> fixed_point(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const bool sigmoid = call.node.op == "sigmoid";
  const FixedFactor to_q4 = fixed_factor(static_cast<double>(in.scale) * 0x1p27);
  const std::int32_t radius = input_radius(4, to_q4.shift, 31);
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return for_each_code(call, [&](std::int32_t x) -> std::int64_t {
    if (x <= -radius) return std::numeric_limits<std::int32_t>::min();
    if (x >= radius) return std::numeric_limits<std::int32_t>::max();
    const std::int32_t q4 = multiply(x, to_q4, rounding);
    return sigmoid ? std::int64_t{divide_by_power(fixed_sigmoid(q4, 4), 23)} + out.zero_point
                   : std::int64_t{divide_by_power(fixed_tanh(q4, 4), 24)} + out.zero_point;
  });
}

}  // namespace

std::vector<Tensor> lookup(const KernelCall& call) {
  const Affine out = output_parameters(call);
  const bool sigmoid = call.node.op == "sigmoid";
  const Affine in = input_parameters(call, 0);
  if (in.dtype == DataType::int16 && out.dtype == in.dtype && in.zero_point == 0 && out.zero_point == 0 &&
      out.scale == 0x1p-15F)
    return wide_lookup(call);
  const bool range_of_function = out.dtype == DataType::int8 && in.dtype == out.dtype &&
                                 out.scale == (sigmoid ? 0x1p-8F : 0x1p-7F) &&
                                 out.zero_point == (sigmoid ? -128 : 0);
  if (call.options.rule == RequantRule::tflite || !range_of_function) return float_table(call);
  return fixed_point(call);
}

std::vector<Tensor> leakyrelu(const KernelCall& call) {
  const float in = input_parameters(call, 0).scale, out = output_parameters(call).scale;
  const float ratio = attributes<LeakyReluAttributes>(call.node).leaky_ratio;
  const FixedFactor positive = fixed_factor(static_cast<double>(in / out));
  const FixedFactor negative = fixed_factor(static_cast<double>(in * ratio / out));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  const std::int32_t zero = output_parameters(call).zero_point;
  return for_each_code(call, [&](std::int32_t x) {
    return std::int64_t{multiply(x, x >= 0 ? positive : negative, rounding)} + zero;
  });
}

std::vector<Tensor> abs(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const FixedFactor factor = fixed_factor(static_cast<double>(in.scale / out.scale));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return for_each_code(call, [&](std::int32_t x) -> std::int64_t {
    const std::int32_t magnitude = x < 0 ? -x : x;
    const std::int32_t scaled = in.scale == out.scale ? magnitude : multiply(magnitude, factor, rounding);
    return std::int64_t{scaled} + out.zero_point;
  });
}

}  // namespace trireme::tflite
