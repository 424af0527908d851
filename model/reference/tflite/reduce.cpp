// SPDX-License-Identifier: Apache-2.0
// Sums and means of codes along axes.
#include <algorithm>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/reduced.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

// What every algorithm below starts from: the plain sum of the codes of every output, and how many they are.
struct Sums {
  std::vector<std::int64_t> sum;
  std::int64_t count = 1;
};

Sums sums_of(const KernelCall& call, const ReduceAttributes& attr) {
  Sums result;
  const Reduced places = reduced_places(input(call, 0).shape, attr.axes);
  result.count = places.count;
  result.sum.resize(places.outputs);
  const std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for (std::size_t i = 0; i < codes.size(); ++i) result.sum[places.of_element[i]] += codes[i];
  return result;
}

std::int64_t divided_half_away(std::int64_t sum, std::int64_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

// The mean of a map over rows and columns, kept as a map: the form that has kernels of its own.
bool mean_of_map(const KernelCall& call, const ReduceAttributes& attr) {
  const bool plane = attr.axes == std::vector<std::int64_t>{1, 2} ||  // as TensorFlow Lite stores it
                     attr.axes == std::vector<std::int64_t>{2, 3};
  return input(call, 0).shape.size() == 4 && attr.keep_dims && plane;
}

// uint8: one factor for the rescaling and the division, the zero point brought over as an integer.
std::int64_t mean_by_factor(std::int64_t sum, std::int64_t count, const Affine& in, const Affine& out) {
  const float zero = static_cast<float>(in.zero_point) * in.scale / out.scale;
  const float nudged = zero > 0 ? zero + 0.5F : zero - 0.5F;
  const std::int32_t bias = out.zero_point - static_cast<std::int32_t>(nudged);
  const float real = in.scale / (static_cast<float>(count) * out.scale);
  return std::int64_t{multiply(sum, fixed_factor(static_cast<double>(real)), FixedRounding::gemmlowp)} + bias;
}

// int8 on CPUs: rescaled first, then divided.
std::int64_t mean_by_division(std::int64_t sum, std::int64_t count, const Affine& in, const Affine& out) {
  const FixedFactor factor = fixed_factor(static_cast<double>(in.scale) / static_cast<double>(out.scale));
  const std::int64_t centred = sum - count * in.zero_point;
  return divided_half_away(multiply(centred, factor, FixedRounding::gemmlowp), count) + out.zero_point;
}

// In Micro: the multiplier is divided by the count, with as many bits more as the count has.
std::int64_t mean_by_multiplier(std::int64_t sum, std::int64_t count, const Affine& in, const Affine& out,
                                FixedRounding rounding) {
  FixedFactor factor = fixed_factor(static_cast<double>(in.scale) / static_cast<double>(out.scale));
  int shift = 0;
  while (shift < 31 && (count >> (shift + 1)) != 0) ++shift;
  shift = std::min(shift, 31 + factor.shift);
  factor = {(factor.multiplier << shift) / count, factor.shift - shift};
  return std::int64_t{multiply(sum - count * in.zero_point, factor, rounding)} + out.zero_point;
}

// Any other form: in float32, as it comes out before the type keeps it.
std::int64_t rescaled_in_float(std::int64_t sum, std::int64_t count, bool mean, const Affine& in,
                               const Affine& out) {
  const float scale = in.scale / out.scale;
  const auto total = static_cast<float>(sum), number = static_cast<float>(count);
  const float zero = static_cast<float>(-in.zero_point) * scale;
  const float real = mean ? total / number * scale + zero : total * scale + zero * number;
  return round_to_int64(static_cast<double>(real), Ties::half_away) + out.zero_point;
}

// Sums keep the low bits: the runtime does not clamp them, and sums the codes themselves where the parameters
// are alike.
std::int64_t sum_of_codes(std::int64_t sum, std::int64_t count, const Affine& in, const Affine& out) {
  const std::int64_t code = in == out ? sum : rescaled_in_float(sum, count, false, in, out);
  const std::int64_t codes = std::int64_t{out.range().high} - out.range().low + 1;
  const std::int64_t above = (code - out.range().low) % codes;
  return out.range().low + (above < 0 ? above + codes : above);
}

std::int64_t mean_of_codes(const KernelCall& call, bool of_map, std::int64_t sum, std::int64_t count,
                           const Affine& in, const Affine& out) {
  if (of_map && call.options.rule != RequantRule::tflite)
    return mean_by_multiplier(sum, count, in, out, elementwise_rounding(call.options.rule));
  if (of_map && in.dtype == DataType::uint8) return mean_by_factor(sum, count, in, out);
  if (of_map) return mean_by_division(sum, count, in, out);
  return in == out ? sum / count : rescaled_in_float(sum, count, true, in, out);  // towards zero
}

}  // namespace

bool reduce_applies(const Graph& graph, const Node& node) {
  const auto type = attributes<ReduceAttributes>(node).type;
  const DataType in = graph.values.at(node.inputs.at(0)).quantization.dtype;
  const bool alike = in == graph.values.at(node.outputs.at(0)).quantization.dtype;
  if (type == ReduceAttributes::Type::prod) return alike && in != DataType::uint8;
  return alike && (type == ReduceAttributes::Type::mean || type == ReduceAttributes::Type::sum);
}

std::vector<Tensor> reduce(const KernelCall& call) {
  const auto& attr = attributes<ReduceAttributes>(call.node);
  if (attr.type == ReduceAttributes::Type::prod) return reduce_product(call);
  const bool mean = attr.type == ReduceAttributes::Type::mean;
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const Sums sums = sums_of(call, attr);
  const bool of_map = mean_of_map(call, attr);
  std::vector<std::int32_t> codes;
  for (const std::int64_t sum : sums.sum) {
    const std::int64_t code =
        mean ? mean_of_codes(call, of_map, sum, sums.count, in, out) : sum_of_codes(sum, sums.count, in, out);
    codes.push_back(clamped(code, out.range()));
  }
  return {tensor_of_codes(out, output_value(call).shape, codes)};
}

}  // namespace trireme::tflite
