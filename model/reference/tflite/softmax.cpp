// SPDX-License-Identifier: Apache-2.0
// Softmax on codes: on CPUs with a float32 table of exponentials, in Micro in fixed point.
#include <algorithm>
#include <limits>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/input_radius.h"
#include "model/reference/tflite/reciprocal.h"
#include "model/reference/tflite/rows.h"
#include "model/reference/tflite/table.h"
#include "model/reference/tflite/wide.h"

namespace trireme::tflite {

namespace {

using Codes = std::vector<std::int32_t>;

// e^(-s d) for d = 0 … 255 below the maximum; the sum runs in the order of the elements.
void softmax_by_table(Codes& row, float scale, const Affine& out) {
  const std::int32_t maximum = *std::max_element(row.begin(), row.end());
  std::vector<float> exponentials;
  float sum = 0;
  for (const std::int32_t code : row) {
    const float x = -scale * static_cast<float>(maximum - code);
    exponentials.push_back(static_cast<float>(exact_exp(static_cast<double>(x))));
    sum += exponentials.back();
  }
  const float inverse = 1.0F / (sum * out.scale);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto rounded = static_cast<std::int32_t>(exponentials[i] * inverse + 0.5F);
    row[i] = clamped(std::int64_t{rounded} + out.zero_point, out.range());
  }
}

// Differences from the maximum with 5 integer bits, their sum with 12, the quotient with none.
void softmax_in_fixed_point(Codes& row, float scale, const Affine& out, FixedRounding rounding) {
  constexpr int difference_bits = 5, sum_bits = 12;
  const FixedFactor factor = fixed_factor(std::min(static_cast<double>(scale) * 0x1p26, 2147483647.0));
  const std::int32_t radius = input_radius(difference_bits, factor.shift, 31);
  const std::int32_t maximum = *std::max_element(row.begin(), row.end());
  const auto exponential = [&](std::int32_t difference) {
    return exponential_of_negative(multiply(difference, factor, rounding), difference_bits);
  };
  std::int32_t sum = 0;
  for (const std::int32_t code : row) {
    if (code - maximum >= -radius) sum += divide_by_power(exponential(code - maximum), sum_bits);
  }
  const Reciprocal inverse = reciprocal(sum, sum_bits);
  const int bits = out.dtype == DataType::int16 ? 16 : 8;
  for (std::int32_t& code : row) {
    std::int64_t result = out.range().low;
    if (code - maximum >= -radius) {
      const std::int32_t quotient = high_product(inverse.value, exponential(code - maximum));
      result += divide_by_power(quotient, inverse.bits_over_unit + 31 - bits);
    }
    code = clamped(result, out.range());
  }
}

// Micro's outputs have the scale of the type's full range.
bool full_range(const Affine& in, const Affine& out) {
  return in.dtype == DataType::int8 && out.zero_point == out.range().low &&
         ((out.dtype == DataType::int8 && out.scale == 0x1p-8F) ||
          (out.dtype == DataType::int16 && out.scale == 0x1p-16F));
}

}  // namespace

// Of int16 only what the runtime demands: zero points of 0, and 2^-15 as the output's scale.
bool softmax_applies(const Graph& graph, const Node& node) {
  const Quantization& in = graph.values.at(node.inputs.at(0)).quantization;
  const Quantization& out = graph.values.at(node.outputs.at(0)).quantization;
  if (in.dtype != DataType::int16) return true;
  const bool symmetric = in.scheme == Quantization::Scheme::fixed_point || in.zero_point.at(0) == 0;
  const bool full = out.scheme == Quantization::Scheme::fixed_point
                        ? out.fl == 15
                        : out.scale.at(0) == 0x1p-15F && out.zero_point.at(0) == 0;
  return out.dtype == in.dtype && symmetric && full;
}

std::vector<Tensor> softmax(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  if (in.dtype == DataType::int16) return wide_softmax(call);
  const bool by_table = call.options.rule == RequantRule::tflite || !full_range(in, out);
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  Codes codes = codes_of(input(call, 0));
  for_each_row(codes, input(call, 0).shape, attributes<SoftmaxAttributes>(call.node).axis, [&](Codes& row) {
    if (by_table) {
      softmax_by_table(row, in.scale, out);
    } else {
      softmax_in_fixed_point(row, in.scale, out, rounding);
    }
  });
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

}  // namespace trireme::tflite
