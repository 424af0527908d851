// SPDX-License-Identifier: Apache-2.0
// What divides by a square root: 1 / sqrt(x), and rows divided by their length.
#include <cmath>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

std::vector<Tensor> rsqrt(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  if (in.dtype != DataType::int8 || out.dtype != DataType::int8)
    return run_group(call, find_kernels(call.node.op)->real);
  constexpr int extra_bits = 20;
  const float steps = std::sqrt(in.scale) * out.scale;  // IEEE 754 rounds the root correctly
  const FixedFactor factor = fixed_factor(1.0 / static_cast<double>(steps));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for (std::int32_t& code : codes) {
    const std::int32_t x = code - in.zero_point;
    if (x <= 0) {  // the runtime refuses to run on negative numbers
      code = out.range().high;
      continue;
    }
    const FixedFactor root = inverse_square_root(x);
    const std::int32_t fine = multiply(1, {root.multiplier, root.shift + extra_bits}, rounding);
    const std::int32_t scaled = multiply(fine, {factor.multiplier, factor.shift - extra_bits}, rounding);
    code = clamped(std::int64_t{scaled} + out.zero_point, out.range());
  }
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

// Codes of 1/128 along the last axis, which is what the runtime demands.
bool l2normalize_applies(const Graph& graph, const Node& node) {
  const Value& data = graph.values.at(node.inputs.at(0));
  const Quantization &in = data.quantization, &out = graph.values.at(node.outputs.at(0)).quantization;
  const auto& attr = attributes<NormAttributes>(node);
  const bool steps =
      out.scheme == Quantization::Scheme::fixed_point ? out.fl == 7 : out.scale.at(0) == 0x1p-7F;
  return bytes_of(in.dtype) == 1 && in.dtype == out.dtype && steps && attr.p == 2 &&
         attr.axis + 1 == static_cast<std::int64_t>(data.shape.size());
}

std::vector<Tensor> l2normalize(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const Shape& shape = input(call, 0).shape;
  constexpr int output_bits = 7;
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  const auto depth = static_cast<std::size_t>(shape.back());
  for (std::size_t row = 0; row < codes.size(); row += depth) {
    std::int32_t squares = 0;
    for (std::size_t i = row; i < row + depth; ++i) {
      codes[i] -= in.zero_point;
      squares += codes[i] * codes[i];
    }
    const FixedFactor inverse = inverse_square_root(squares);
    for (std::size_t i = row; i < row + depth; ++i) {
      // uint8 is shifted up before, int8 by the factor: what is lost below differs.
      const std::int32_t scaled =
          in.dtype == DataType::uint8
              ? multiply(std::int64_t{codes[i]} << output_bits, inverse, rounding)
              : multiply(codes[i], {inverse.multiplier, inverse.shift + output_bits}, rounding);
      codes[i] = clamped(std::int64_t{scaled} + out.zero_point, out.range());
    }
  }
  return {tensor_of_codes(out, shape, codes)};
}

}  // namespace trireme::tflite
