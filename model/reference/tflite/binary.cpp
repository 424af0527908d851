// SPDX-License-Identifier: Apache-2.0
// Two inputs of codes, element by element, with broadcasting.
#include <algorithm>

#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/reciprocal.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

// Strides of `in` seen from `out`: 0 along axes that repeat.
Shape repeated_strides(const Shape& in, const Shape& out) {
  if (in.size() > out.size()) internal_error("broadcast to fewer dimensions");
  const Shape own = row_major_strides(in);
  Shape strides(out.size(), 0);
  const std::size_t skipped = out.size() - in.size();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] != 1 && in[i] != out[i + skipped]) internal_error("shapes that cannot be broadcast");
    strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  }
  return strides;
}

// Codes of operation(a - z_a, b - z_b) + z_out, clamped to the type: every operator here has this form.
template <typename Operation>
std::vector<Tensor> combine(const KernelCall& call, Operation operation) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), out = output_parameters(call);
  const std::vector<std::int32_t> x = codes_of(input(call, 0)), y = codes_of(input(call, 1));
  const Shape& shape = output_value(call).shape;
  const Shape stride_a = repeated_strides(input(call, 0).shape, shape);
  const Shape stride_b = repeated_strides(input(call, 1).shape, shape);
  std::vector<std::int32_t> codes(static_cast<std::size_t>(element_count(shape)));
  Shape at(shape.size(), 0);
  std::int64_t from_a = 0, from_b = 0;
  for (std::int32_t& code : codes) {
    const std::int32_t left = x[static_cast<std::size_t>(from_a)] - a.zero_point;
    const std::int32_t right = y[static_cast<std::size_t>(from_b)] - b.zero_point;
    code = clamped(std::int64_t{operation(left, right)} + out.zero_point, out.range());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from_a += stride_a[axis];
      from_b += stride_b[axis];
      if (++at[axis] < shape[axis]) break;
      from_a -= stride_a[axis] * shape[axis];
      from_b -= stride_b[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return {tensor_of_codes(out, shape, codes)};
}

// 1. Both inputs, shifted left for precision, in units of twice the larger scale. 2. Their sum (`sign` 1) or
// difference (-1) in units of the output.
std::vector<Tensor> sum(const KernelCall& call, std::int32_t sign) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1), out = output_parameters(call);
  const std::int32_t up = bytes_of(out.dtype) == 2 ? 1 << 15 : 1 << 20;
  const double unit = 2.0 * static_cast<double>(std::max(a.scale, b.scale));
  const FixedFactor factor_a = fixed_factor(static_cast<double>(a.scale) / unit);
  const FixedFactor factor_b = fixed_factor(static_cast<double>(b.scale) / unit);
  const FixedFactor factor = fixed_factor(unit / (static_cast<double>(up) * static_cast<double>(out.scale)));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) {
    const std::int32_t scaled_x = multiply(std::int64_t{x} * up, factor_a, rounding);
    const std::int32_t scaled_y = multiply(std::int64_t{y} * up, factor_b, rounding);
    return multiply(std::int64_t{scaled_x} + sign * std::int64_t{scaled_y}, factor, rounding);
  });
}

}  // namespace

std::vector<Tensor> add(const KernelCall& call) { return sum(call, 1); }

std::vector<Tensor> subtract(const KernelCall& call) { return sum(call, -1); }

std::vector<Tensor> multiply(const KernelCall& call) {
  const float a = input_parameters(call, 0).scale, b = input_parameters(call, 1).scale;
  const float out = output_parameters(call).scale;
  // TensorFlow Lite computes the factor in float32, its Micro sibling in double.
  const double real = call.options.rule == RequantRule::tflite
                          ? static_cast<double>(a * b / out)
                          : static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(out);
  const FixedFactor factor = fixed_factor(real);
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) {
    return trireme::multiply(std::int64_t{x} * y, factor, rounding);
  });
}

// The reciprocal of the divisor as a fixed-point number, times the dividend with all its leading sign bits
// used.
std::vector<Tensor> divide(const KernelCall& call) {
  const float a = input_parameters(call, 0).scale, b = input_parameters(call, 1).scale;
  const FixedFactor factor = fixed_factor(static_cast<double>(a / (b * output_parameters(call).scale)));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t y) -> std::int32_t {
    if (y == 0) throw Error(place_of(call.node), "a divisor is zero", "TensorFlow Lite refuses that, too");
    const Reciprocal inverse = reciprocal(y < 0 ? -y : y, 31);
    const int headroom = leading_sign_bits(x);
    const std::int32_t quotient =
        trireme::multiply(x, {y < 0 ? -inverse.value : inverse.value, headroom}, rounding);
    return trireme::multiply(quotient, {factor.multiplier, factor.shift - inverse.bits_over_unit - headroom},
                             rounding);
  });
}

std::vector<Tensor> prelu(const KernelCall& call) {
  const float in = input_parameters(call, 0).scale, slope = input_parameters(call, 1).scale;
  const float out = output_parameters(call).scale;
  const FixedFactor positive = fixed_factor(static_cast<double>(in / out));
  const FixedFactor negative = fixed_factor(static_cast<double>(in * slope / out));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  return combine(call, [&](std::int32_t x, std::int32_t alpha) {
    return x >= 0 ? trireme::multiply(x, positive, rounding)
                  : trireme::multiply(std::int64_t{x} * alpha, negative, rounding);
  });
}

}  // namespace trireme::tflite
