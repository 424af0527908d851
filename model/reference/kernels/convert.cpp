// SPDX-License-Identifier: Apache-2.0
// Operator quantize: real numbers, or codes of other parameters, to codes.
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/requantize.h"

namespace trireme::kernels {

namespace {

// x / s half away from zero, as TensorFlow Lite rounds: it divides in double, Micro in float32.
Tensor rounded_away(const Tensor& real, const Affine& to, bool in_double) {
  std::vector<std::int32_t> codes;
  const float* x = real.data<float>();
  for (std::int64_t i = 0; i < real.size(); ++i) {
    const double quotient = in_double ? static_cast<double>(x[i]) / static_cast<double>(to.scale)
                                      : static_cast<double>(x[i] / to.scale);
    const std::int32_t steps = round_to_int32(quotient, Ties::half_away);
    codes.push_back(clamped(std::int64_t{steps} + to.zero_point, to.range()));
  }
  return tensor_of_codes(to, real.shape, codes);
}

Tensor requantized(const KernelCall& call, const Affine& from, const Affine& to) {
  const ReferenceRequantizer requantize(call.options.rule, call.options.ties, RequantKernel::other,
                                        from.scale, to.scale, place_of(call.node));
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for (std::int32_t& code : codes)
    code = clamped(std::int64_t{requantize(code - from.zero_point)} + to.zero_point, to.range());
  return tensor_of_codes(to, input(call, 0).shape, codes);
}

}  // namespace

std::vector<Tensor> quantize_codes(const KernelCall& call) {
  const Quantization &in = input_value(call, 0).quantization, &out = output_value(call).quantization;
  if (!is_tflite(call.options.rule) || !is_affine(out)) return run_group(call, noop);
  const Affine to = output_parameters(call);
  if (in.quantized() && is_affine(in)) return {requantized(call, input_parameters(call, 0), to)};
  if (!in.quantized() && input(call, 0).dtype == DataType::float32) {
    return {rounded_away(input(call, 0), to, call.options.rule == RequantRule::tflite)};
  }
  return run_group(call, noop);
}

}  // namespace trireme::kernels
