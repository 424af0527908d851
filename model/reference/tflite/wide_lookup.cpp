// SPDX-License-Identifier: Apache-2.0
// Sigmoid and tanh of 16-bit codes: between entries of a table of the sigmoid, or, where the input's scale is
// the power of two that 16-bit fixed point wants, in that.
#include <array>
#include <cmath>

#include "model/quant/rounding.h"
#include "model/reference/codes.h"
#include "model/reference/exact_math.h"
#include "model/reference/fixed_point.h"
#include "model/reference/tflite/table.h"
#include "model/reference/tflite/wide.h"

namespace trireme::tflite {

namespace {

constexpr int kTable = 256;
constexpr std::int32_t kBeyond = 0xFFFF;

// 2^16 sigmoid(i / 24), i = 0 … 254, moved by half the error that a straight line to the next entry makes
// midway; the last entry is what all beyond counts as.
std::array<std::int32_t, kTable> make_table() {
  const auto at = [](double i) { return exact_sigmoid(i / 24.0) * 65536.0; };
  std::array<std::int32_t, kTable> table{};
  for (int i = 0; i < kTable - 1; ++i) {
    const double error = at(i + 0.5) - (at(i) + at(i + 1)) / 2;
    table[static_cast<std::size_t>(i)] = round_to_int32(at(i) + error / 2, Ties::half_away);
  }
  table[kTable - 1] = kBeyond;
  return table;
}

// Inputs x / (3 * 4096) = (x * multiplier) / 2^shift.
struct InputFactor {
  std::int32_t multiplier = 0;
  int shift = 0;
};

InputFactor input_factor(float scale) {
  double real = static_cast<double>(scale) * 4096.0 * 3.0;
  InputFactor factor;
  while (real <= 32767.0 / 2.0 && factor.shift <= 30) {
    ++factor.shift;
    real *= 2;
  }
  factor.multiplier = static_cast<std::int32_t>(real);
  return factor;
}

// The value of the table at `at` steps of 2^-bits, with `bits` bits more.
std::int32_t between(std::int32_t at, int bits) {
  static const std::array<std::int32_t, kTable> table = make_table();
  const std::int32_t i = at >> bits;
  if (i >= kTable - 1) return kBeyond << bits;
  const std::int32_t low = table[static_cast<std::size_t>(i)], high = table[static_cast<std::size_t>(i) + 1];
  return (low << bits) + (at & ((1 << bits) - 1)) * (high - low);
}

// sigmoid(-x) = 1 - sigmoid(x)
std::int32_t sigmoid_by_table(std::int32_t x) {
  const std::int32_t magnitude = x < 0 ? -x : x;
  const bool saturated = magnitude >> 9 >= kTable - 1;
  const std::int32_t value = saturated ? 0x7FFF << 10 : between(magnitude, 9);
  return (x >= 0 ? value + (1 << 9) : (1 << 25) - value + (1 << 9) - 1) >> 10;
}

// tanh(x) = 2 sigmoid(2x) - 1
std::int32_t tanh_by_table(std::int32_t x) {
  const std::int32_t value = between(x < 0 ? -x : x, 8);
  constexpr std::int32_t half = 1 << 23, nudge = 1 << 7;
  return (x >= 0 ? value - half + nudge : -value + half + nudge - 1) >> 8;
}

}  // namespace

// To a thousandth of an octave, which the runtime takes for a power of two.
std::optional<int> power_of_two(float scale) {
  const double exponent = exact_log(static_cast<double>(scale)) / exact_log(2.0);
  const double nearest = static_cast<double>(round_to_int32(exponent, Ties::half_away));
  if (std::abs(exponent - nearest) >= 1e-3) return std::nullopt;
  return static_cast<int>(nearest);
}

std::vector<Tensor> wide_lookup(const KernelCall& call) {
  const Affine in = input_parameters(call, 0), out = output_parameters(call);
  const bool sigmoid = call.node.op == "sigmoid";
  const std::optional<int> power = power_of_two(in.scale);
  const int left_shift = power ? 12 + *power : -1;  // of codes with three bits before the point
  const bool fits = left_shift == 0 || (left_shift == 1 && !sigmoid);
  const bool fixed_point = fits && call.options.rule == RequantRule::tflite;
  const InputFactor factor = fits ? InputFactor{3 << left_shift, 0} : input_factor(in.scale);
  const std::int64_t round = factor.shift > 0 ? std::int64_t{1} << (factor.shift - 1) : 0;
  std::vector<std::int32_t> codes = codes_of(input(call, 0));
  for (std::int32_t& code : codes) {
    if (fixed_point) {
      const std::int32_t x = clamped(std::int64_t{code} << left_shift, out.range());
      code = sigmoid ? fixed_sigmoid(x, 3, 15) : fixed_tanh(x, 3, 15);
    } else {
      const auto x =
          static_cast<std::int32_t>((std::int64_t{code} * factor.multiplier + round) >> factor.shift);
      code = sigmoid ? sigmoid_by_table(x) : tanh_by_table(x);
    }
  }
  return {tensor_of_codes(out, input(call, 0).shape, codes)};
}

}  // namespace trireme::tflite
