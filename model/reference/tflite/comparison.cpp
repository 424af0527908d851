// SPDX-License-Identifier: Apache-2.0
// Comparisons of codes: both sides as whole multiples of 2^-8, in which small differences vanish.
#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/broadcast.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

bool holds(const std::string& op, std::int32_t x, std::int32_t y) {
  if (op == "equal") return x == y;
  if (op == "not_equal") return x != y;
  if (op == "greater") return x > y;
  if (op == "greater_equal") return x >= y;
  if (op == "less") return x < y;
  return x <= y;
}

}  // namespace

// Not of scales of 1 and above, which the runtime refuses, nor of 16 bits, which it does not compare.
bool comparison_applies(const Graph& graph, const Node& node) {
  const auto compared = [&](ValueId id) {
    const Quantization& q = graph.values.at(id).quantization;
    const bool small = q.scheme == Quantization::Scheme::fixed_point ? q.fl > 0 : q.scale.at(0) < 1;
    return small && q.dtype != DataType::int16;
  };
  return compared(node.inputs.at(0)) && compared(node.inputs.at(1));
}

std::vector<Tensor> comparison(const KernelCall& call) {
  const Affine a = input_parameters(call, 0), b = input_parameters(call, 1);
  const FixedFactor factor_a = fixed_factor(static_cast<double>(a.scale));
  const FixedFactor factor_b = fixed_factor(static_cast<double>(b.scale));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  Tensor result(DataType::boolean, output_value(call).shape);
  auto* truth = result.data<std::uint8_t>();
  for_each_pair(call, [&](std::int32_t x, std::int32_t y) {
    const std::int32_t left = trireme::multiply(std::int64_t{x - a.zero_point} * 256, factor_a, rounding);
    const std::int32_t right = trireme::multiply(std::int64_t{y - b.zero_point} * 256, factor_b, rounding);
    *truth++ = holds(call.node.op, left, right) ? 1 : 0;
  });
  return {std::move(result)};
}

}  // namespace trireme::tflite
