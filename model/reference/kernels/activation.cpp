// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"
#include "model/reference/requantize.h"
#include "model/reference/unary_table.h"

namespace trireme::kernels {

namespace {

template <typename Function>
std::vector<Tensor> for_each_code(const KernelCall& call, Function function) {
  const Tensor& in = input(call, 0);
  Tensor result(DataType::uint8, in.shape);
  const auto* x = in.data<std::uint8_t>();
  std::transform(x, x + in.size(), result.data<std::uint8_t>(), function);
  return {std::move(result)};
}

// A clamp: of the codes themselves if input and output share their parameters, which sharing arranges after
// every convolution (quant/unify.cpp); else acc = q - z_in is requantized by the same rule as a
// convolution's.
std::vector<Tensor> clamp_quantized(const KernelCall& call) {
  const Affine from = u8_parameters(call, input_value(call, 0));
  const Affine to = u8_parameters(call, output_value(call));
  const ClampCodes codes = clamp_codes(call.node, output_value(call).quantization);
  const CodeRange range{codes.low, codes.high};
  if (from.scale == to.scale && from.zero_point == to.zero_point) {
    return for_each_code(call, [&](std::uint8_t q) { return clamped(q, range); });
  }
  const ReferenceRequantizer requantize(call.options.rule, call.options.ties, RequantKernel::other,
                                        from.scale, to.scale, place_of(call.node));
  return for_each_code(call, [&](std::uint8_t q) {
    return clamped(std::int64_t{requantize(q - from.zero_point)} + to.zero_point, range);
  });
}

}  // namespace

std::vector<Tensor> relu_quantized(const KernelCall& call) { return clamp_quantized(call); }

std::vector<Tensor> relun_quantized(const KernelCall& call) { return clamp_quantized(call); }

std::vector<Tensor> unary_quantized(const KernelCall& call) {
  u8_parameters(call, input_value(call, 0));
  u8_parameters(call, output_value(call));
  const UnaryTable table =
      unary_table(call.node, input_value(call, 0).quantization, output_value(call).quantization);
  return for_each_code(call, [&](std::uint8_t q) { return table[q]; });
}

}  // namespace trireme::kernels
