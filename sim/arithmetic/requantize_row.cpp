// SPDX-License-Identifier: Apache-2.0
// One loop a rule, without branches or calls, for the compiler to vectorise; 32-bit lanes wherever the
// numbers allow. Parameters outside of what a compiler of ours writes (shifts beyond a word, limits that no
// code has), and the rare factors from 1 on under tflite and tflm, go through the scalar function.
#include "sim/arithmetic/requantize_row.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

constexpr std::int32_t kLimit = 1 << 22;  // of the codes before the zero point: float32 counts that far

// All of a row but its sums.
struct Row {
  std::size_t count;
  std::uint32_t offset;
  std::uint8_t* codes;
  std::int32_t multiplier;
  float factor;
  int right;
  std::int32_t zero_point, low, high;  // low, high: before the zero point is added
};

template <typename Number>
inline Number limited(Number value, Number low, Number high) {
  return value < low ? low : value > high ? high : value;
}

// An arithmetic shift, which AVX2 has for 32 bits only: 2^63 added makes it a logical one, and is a multiple
// of 2^by.
inline std::int64_t shift_right(std::int64_t value, int by) {
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  return static_cast<std::int64_t>(((static_cast<std::uint64_t>(value) ^ top) >> by) - (top >> by));
}
// Of a result that fits into 32 bits.
inline std::int32_t shift_to_32(std::int64_t value, int by) {
  return static_cast<std::int32_t>(static_cast<std::uint64_t>(value) >> by);
}

inline std::int64_t product(std::int32_t a, std::int32_t b) { return std::int64_t{a} * std::int64_t{b}; }

// product / 2^31, halves up.
inline std::int32_t high_product(std::int32_t sum, const Row& r) {
  return shift_to_32(product(sum, r.multiplier) + (std::int64_t{1} << 30), 31);
}

// (x + 2^(right - 1)) / 2^right is x / 2^right plus the last bit that falls off.
inline std::int32_t tflite_ruy(std::int32_t sum, const Row& r) {
  const std::int32_t high = high_product(sum, r);
  const int last = r.right > 0 ? r.right - 1 : 0, falls = r.right > 0 ? 1 : 0;
  return (high >> r.right) + ((high >> last) & falls);
}

inline std::int32_t tflite_gemmlowp(std::int32_t sum, const Row& r) {
  const std::int32_t high = high_product(sum, r);
  const auto mask = static_cast<std::int32_t>((std::uint32_t{1} << r.right) - 1);
  return (high >> r.right) + ((high & mask) > (mask >> 1) + (high < 0 ? 1 : 0) ? 1 : 0);
}

// Halves up, right above 31.
inline std::int32_t rounded_far(std::int32_t sum, const Row& r) {
  const std::int32_t high = shift_to_32(product(sum, r.multiplier), 31);
  return (high >> (r.right - 31)) + ((high >> (r.right - 32)) & 1);
}
// Right up to 31, multiplier below 2^right: the result is smaller than the sum.
inline std::int32_t rounded_near(std::int32_t sum, const Row& r) {
  const std::int64_t value = product(sum, r.multiplier);
  return shift_to_32(value, r.right) + (shift_to_32(value, r.right - 1) & 1);
}

inline std::int64_t rounded_once(std::int32_t sum, const Row& r) {  // half up
  return shift_right(product(sum, r.multiplier) + (std::int64_t{1} << (r.right - 1)), r.right);
}

inline std::int64_t half_even(std::int32_t sum, const Row& r) {
  const std::int64_t value = product(sum, r.multiplier);
  const std::int64_t half = std::int64_t{1} << (r.right - 1), rest = value & (2 * half - 1);
  const std::int64_t up = shift_right(value + half, r.right);
  return up - (rest == half ? up & 1 : 0);
}

inline std::int64_t half_away(std::int32_t sum, const Row& r) {
  const std::int64_t value = product(sum, r.multiplier);
  return shift_right(value + (std::int64_t{1} << (r.right - 1)) - (value < 0 ? 1 : 0), r.right);
}

// Of numbers within +-kLimit, where the distance to the floor is exact enough to tell its half.
inline float nearest_up(float x) {
  const float floor = std::floor(x);
  return x - floor >= 0.5F ? floor + 1 : floor;
}

template <typename Sum>
inline std::int32_t with_offset(Sum sum, const Row& r) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int32_t>(sum)) + r.offset);
}

// Limits hold for int32 results too: they lie inside of them, so saturation has nothing left to do.
#define TRIREME_ROW_LOOP_OF(Sum, name, Scaled, scaled)                                           \
  TRIREME_FOR_EVERY_CPU void name(const Sum* sums, const Row& r) {                               \
    const Row row = r;                                                                           \
    const Scaled low = row.low, high = row.high;                                                 \
    for (std::size_t i = 0; i < row.count; ++i) {                                                \
      const std::int32_t sum = with_offset(sums[i], row);                                        \
      const auto code = static_cast<std::int32_t>(limited<Scaled>(scaled(sum, row), low, high)); \
      row.codes[i] = static_cast<std::uint8_t>(code + row.zero_point);                           \
    }                                                                                            \
  }

// A comparison with NaN is false: it becomes the lower limit, as the scalar function has it.
#define TRIREME_FLOAT_ROW_LOOP_OF(Sum, name, rounded)                                                \
  TRIREME_FOR_EVERY_CPU void name(const Sum* sums, const Row& r) {                                   \
    const Row row = r;                                                                               \
    const auto low = static_cast<float>(row.low), high = static_cast<float>(row.high);               \
    for (std::size_t i = 0; i < row.count; ++i) {                                                    \
      const std::int32_t sum = with_offset(sums[i], row);                                            \
      const float steps = static_cast<float>(sum) * row.factor;                                      \
      const float above = steps > low ? steps : low, x = above < high ? above : high;                \
      row.codes[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(rounded) + row.zero_point); \
    }                                                                                                \
  }

// Overloads for both types of sums.
#define TRIREME_ROW_LOOP(name, Scaled, scaled) \
  TRIREME_ROW_LOOP_OF(std::int32_t, name, Scaled, scaled) TRIREME_ROW_LOOP_OF(float, name, Scaled, scaled)
#define TRIREME_FLOAT_ROW_LOOP(name, rounded) \
  TRIREME_FLOAT_ROW_LOOP_OF(std::int32_t, name, rounded) TRIREME_FLOAT_ROW_LOOP_OF(float, name, rounded)

TRIREME_ROW_LOOP(row_ruy, std::int32_t, tflite_ruy)
TRIREME_ROW_LOOP(row_gemmlowp, std::int32_t, tflite_gemmlowp)
TRIREME_ROW_LOOP(row_half_up_far, std::int32_t, rounded_far)
TRIREME_ROW_LOOP(row_half_up_near, std::int32_t, rounded_near)
TRIREME_ROW_LOOP(row_half_up, std::int64_t, rounded_once)
TRIREME_ROW_LOOP(row_half_even, std::int64_t, half_even)
TRIREME_ROW_LOOP(row_half_away, std::int64_t, half_away)
TRIREME_FLOAT_ROW_LOOP(row_float_half_up, nearest_up(x))
TRIREME_FLOAT_ROW_LOOP(row_float_half_even, std::nearbyint(x))
TRIREME_FLOAT_ROW_LOOP(row_float_half_away, std::copysign(nearest_up(std::fabs(x)), x))

template <typename Sum>
using RowLoop = void (*)(const Sum*, const Row&);

template <typename Sum>
RowLoop<Sum> by_ties(Ties ties, RowLoop<Sum> up, RowLoop<Sum> even, RowLoop<Sum> away) {
  return ties == Ties::half_up ? up : ties == Ties::half_even ? even : away;
}

// The narrowest that holds every sum's result.
template <typename Sum>
RowLoop<Sum> half_up_loop(const Requantizer& by, int right) {
  if (right > 31) return row_half_up_far;
  if (by.multiplier >> right == 0) return row_half_up_near;
  return row_half_up;
}

// Whether the limits, less the zero point, are numbers that the loops count with; then they are in `row`.
bool set_limits(const RequantizeConfig& config, Row& row) {
  const std::int64_t zero = config.zero_point, low = config.clamp_low - zero, high = config.clamp_high - zero;
  row.zero_point = config.zero_point;
  row.low = static_cast<std::int32_t>(limited<std::int64_t>(low, -kLimit, kLimit));
  row.high = static_cast<std::int32_t>(limited<std::int64_t>(high, -kLimit, kLimit));
  return row.low == low && row.high == high && low <= high && std::abs(zero) <= kLimit;
}

// The loop of a rule, with its shifts in `row`; none if a parameter is out of its range.
template <typename Sum>
RowLoop<Sum> loop_of(const Requantizer& by, const RequantizeConfig& config, Row& row) {
  if (!set_limits(config, row)) return nullptr;
  const bool multiplier_fits = by.multiplier <= 0x7FFFFFFFU;
  const bool shift_fits = by.shift >= -31 && by.shift <= 30;
  row.right = std::max(-by.shift, 0);
  switch (config.rule) {
    case RequantRule::vipf:
      return by_ties<Sum>(config.ties, row_float_half_up, row_float_half_even, row_float_half_away);
    case RequantRule::onnx:
      return row_float_half_even;
    case RequantRule::vip7:
    case RequantRule::vip8:
      row.right = by.shift;
      if (!multiplier_fits || by.shift < 1 || by.shift > 61) return nullptr;
      return by_ties<Sum>(config.ties, half_up_loop<Sum>(by, row.right), row_half_even, row_half_away);
    case RequantRule::tflm_single:
      row.right = 31 - by.shift;
      if (!multiplier_fits || !shift_fits || row.right < 1 || row.right > 61) return nullptr;
      return half_up_loop<Sum>(by, row.right);
    case RequantRule::tflite:
    case RequantRule::tflm:
      if (!multiplier_fits || !shift_fits || by.shift > 0) return nullptr;
      if (config.rule == RequantRule::tflite && config.kernel == TfliteKernel::ruy) return row_ruy;
      return row_gemmlowp;
  }
  return nullptr;
}

template <typename Sum>
void requantize(const Sum* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                const RequantizeConfig& config, std::uint8_t* codes) {
  Row row{};
  row.count = count;
  row.offset = static_cast<std::uint32_t>(offset);
  row.codes = codes;
  row.multiplier = static_cast<std::int32_t>(by.multiplier);
  row.factor = float_multiplier(by);
  if (const RowLoop<Sum> loop = loop_of<Sum>(by, config, row)) return loop(sums, row);
  for (std::size_t i = 0; i < count; ++i)
    codes[i] = static_cast<std::uint8_t>(trireme::requantize(with_offset(sums[i], row), by, config));
}

}  // namespace

void requantize_row(const std::int32_t* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                    const RequantizeConfig& config, std::uint8_t* codes) {
  requantize(sums, count, offset, by, config, codes);
}
void requantize_row(const float* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                    const RequantizeConfig& config, std::uint8_t* codes) {
  requantize(sums, count, offset, by, config, codes);
}

}  // namespace trireme
