// SPDX-License-Identifier: Apache-2.0
// Softmax of 16-bit codes: e^x and 1 / (1 + x) between entries of tables of 15-bit fractions.
#include <algorithm>
#include <array>

#include "model/graph/attributes.h"
#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/reciprocal.h"
#include "model/reference/tflite/rows.h"
#include "model/reference/tflite/wide.h"

namespace trireme::tflite {

namespace {

constexpr int kSteps = 512;
using Table = std::array<std::int32_t, kSteps + 1>;

double rounded(double x) { return static_cast<double>(round_to_int64(x, Ties::half_away)); }

// Entries are moved by half the error that a straight line makes midway.
template <typename Function>
Table make_table(Function function, double from, double to) {
  const double step = (to - from) / kSteps;
  Table table{};
  const auto at = [&](double x) { return function(x) * 32768.0; };
  for (int i = 0; i < kSteps; ++i) {
    const double x = from + i * step;
    const double sample = rounded(at(x));
    const double line = rounded((at(from + (i + 1) * step) + sample) / 2.0);
    const double middle = rounded(at(x + step / 2.0));
    const double entry = sample - rounded((line - middle) / 2.0);
    table[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(std::clamp(entry, -32768.0, 32767.0));
  }
  table[kSteps] = static_cast<std::int32_t>(std::clamp(rounded(at(to)), -32768.0, 32767.0));
  return table;
}

// x = -32768 … 32767 over the range of the table.
std::int32_t looked_up(const Table& table, std::int64_t x) {
  const std::int32_t at = clamped(x, {-32768, 32767});
  const auto i = static_cast<std::size_t>(256 + (at >> 7));
  const std::int32_t slope = table[i + 1] - table[i];
  return table[i] + ((slope * (at & 0x7F) + 64) >> 7);
}

// 1. e^(x - max), the range of the table being -10 … 0. 2. 1 / their sum, the sum as 1 + a fraction. 3.
// Products.
void softmax_row(std::vector<std::int32_t>& row, const FixedFactor& to_table, FixedRounding rounding) {
  static const Table exponential = make_table(exact_exp, -10.0, 0.0);
  static const Table reciprocal_of_more = make_table([](double x) { return 1.0 / (1.0 + x); }, 0.0, 1.0);
  const std::int32_t maximum = *std::max_element(row.begin(), row.end());
  std::int32_t sum = 0;
  for (std::int32_t& x : row) {
    x = looked_up(exponential, std::int64_t{multiply(x - maximum, to_table, rounding)} + 32767);
    sum += x;
  }
  const int zeros = leading_zeros(static_cast<std::uint32_t>(sum));
  const std::int64_t normal = ((std::int64_t{sum} << (zeros - 1)) + (1 << 13)) >> 14;
  const std::int32_t inverse = looked_up(reciprocal_of_more, normal - (1 << 15) - (1 << 16));
  const int right = 31 - zeros;
  for (std::int32_t& x : row)
    x = clamped((std::int64_t{x} * inverse + (std::int64_t{1} << (right - 1))) >> right, {0, 32767});
}

}  // namespace

std::vector<Tensor> wide_softmax(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const FixedFactor to_table = fixed_factor(static_cast<double>(in.scale) / (10.0 / 65535.0));
  const FixedRounding rounding = elementwise_rounding(call.options.rule);
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for_each_row(codes, input(call, 0).shape, attributes<SoftmaxAttributes>(call.node).axis,
               [&](std::vector<std::int32_t>& row) { softmax_row(row, to_table, rounding); });
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

}  // namespace trireme::tflite
