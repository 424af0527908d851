// SPDX-License-Identifier: Apache-2.0
// Sums and means of codes along axes.
#include <algorithm>
#include <limits>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"

namespace trireme::tflite {

namespace {

// What every algorithm below starts from: the plain sum of the codes of every output, and how many they are.
struct Sums {
  std::vector<std::int64_t> sum;
  std::int64_t count = 1;
};

Sums sums_of(const KernelCall& call, const ReduceAttributes& attr) {
  const Tensor& in = input(call, 0);
  const std::vector<std::int32_t> codes = codes_of(in);
  Shape kept = in.shape;
  Sums result;
  for (const std::int64_t axis : attr.axes) {
    result.count *= kept.at(static_cast<std::size_t>(axis));
    kept.at(static_cast<std::size_t>(axis)) = 1;
  }
  const Shape own = row_major_strides(kept);
  result.sum.resize(static_cast<std::size_t>(element_count(kept)));
  Shape at(in.shape.size(), 0);
  for (const std::int32_t code : codes) {
    std::int64_t to = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) to += kept[axis] == 1 ? 0 : at[axis] * own[axis];
    result.sum[static_cast<std::size_t>(to)] += code;
    for (std::size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < in.shape[axis]) break;
      at[axis] = 0;
    }
  }
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

// Any other form: in float32.
std::int64_t rescaled_in_float(std::int64_t sum, std::int64_t count, bool mean, const Affine& in,
                               const Affine& out) {
  const float scale = in.scale / out.scale;
  const auto total = static_cast<float>(sum), number = static_cast<float>(count);
  const float zero = static_cast<float>(-in.zero_point) * scale;
  const float real = mean ? total / number * scale + zero : total * scale + zero * number;
  return round_to_int64(static_cast<double>(real), Ties::half_away) + out.zero_point;
}

}  // namespace

bool reduce_applies(const Graph&, const Node& node) {
  const auto type = attributes<ReduceAttributes>(node).type;
  return type == ReduceAttributes::Type::mean || type == ReduceAttributes::Type::sum;
}

std::vector<Tensor> reduce(const KernelCall& call) {
  const auto& attr = attributes<ReduceAttributes>(call.node);
  const bool mean = attr.type == ReduceAttributes::Type::mean;
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const bool same = in == out;
  const Sums sums = sums_of(call, attr);
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  std::vector<std::int32_t> codes;
  for (const std::int64_t sum : sums.sum) {
    std::int64_t code = 0;
    if (mean && mean_of_map(call, attr)) {
      if (call.options.rule != RequantRule::tflite) {
        code = mean_by_multiplier(sum, sums.count, in, out, rounding);
      } else {
        code = in.dtype == DataType::uint8 ? mean_by_factor(sum, sums.count, in, out)
                                           : mean_by_division(sum, sums.count, in, out);
      }
    } else if (mean && same) {
      code = sum / sums.count;  // towards zero
    } else {
      code = rescaled_in_float(sum, sums.count, mean, in, out);
    }
    codes.push_back(clamped(code, out.range()));
  }
  return {tensor_of_codes(out, output_value(call).shape, codes)};
}

}  // namespace trireme::tflite
