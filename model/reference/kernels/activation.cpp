// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/requantize.h"

namespace trireme::kernels {

namespace {

template <typename Function>
std::vector<Tensor> for_each_code(const KernelCall& call, Function function) {
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  std::transform(codes.begin(), codes.end(), codes.begin(), function);
  return {tensor_of_codes(output_parameters(call), input(call, 0).shape, codes)};
}

// The code of a bound. TensorFlow Lite rounds it half away from zero, everyone else as any real number.
std::int32_t bound(float real, const Affine& to, RequantRule rule) {
  const Ties ties = is_tflite(rule) ? Ties::half_away : Ties::half_even;
  return clamped(round_to_int64(static_cast<double>(real / to.scale), ties) + to.zero_point, to.range());
}

// Codes of the bounds of relu [0, inf) and relun [min, max].
CodeRange clamp_codes(const KernelCall& call, const Affine& to) {
  const RequantRule rule = call.options.rule;
  if (call.node.op == "relu") return {bound(0, to, rule), to.range().high};
  const auto& attr = attributes<ClipAttributes>(call.node);
  return {bound(attr.min, to, rule), bound(attr.max, to, rule)};
}

// A clamp: of the codes themselves if input and output share their parameters, which sharing arranges after
// every convolution (quant/unify.cpp); else acc = q - z_in is requantized by the same rule as a
// convolution's, but in ONNX Runtime, where it is a group as any other operator.
std::vector<Tensor> clamp_quantized(const KernelCall& call) {
  const Affine from = input_parameters(call, 0), to = output_parameters(call);
  const CodeRange range = clamp_codes(call, to);
  if (from == to) return for_each_code(call, [&](std::int32_t q) { return clamped(q, range); });
  RealFactor factor = real_factor(from.scale, to.scale, place_of(call.node));
  factor.wide = static_cast<double>(factor.narrow);  // TensorFlow Lite divides in float32 here
  const ReferenceRequantizer requantize(call.options.rule, call.options.ties, RequantKernel::other, factor);
  return for_each_code(call, [&](std::int32_t q) {
    return clamped(std::int64_t{requantize(q - from.zero_point)} + to.zero_point, range);
  });
}

}  // namespace

std::vector<Tensor> relu_quantized(const KernelCall& call) { return clamp_quantized(call); }

std::vector<Tensor> relun_quantized(const KernelCall& call) { return clamp_quantized(call); }

}  // namespace trireme::kernels
