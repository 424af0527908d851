// SPDX-License-Identifier: Apache-2.0
// One loop a rule, without branches or calls, for the compiler to vectorise. Parameters outside of what a
// compiler of ours writes (shifts beyond a word), and the rare factors from 1 on under tflite and tflm, go
// through the scalar function.
#include "sim/arithmetic/requantize_row.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
constexpr double kFar = 4294967296.0;  // beyond every int32, and far below where a double skips integers

struct Row {
  const std::int32_t* sums;
  std::size_t count;
  std::uint32_t offset;
  std::uint8_t* codes;
  std::int32_t multiplier;
  float factor;
  int right;
  std::int64_t zero_point, low, high;
};

inline std::int64_t limited(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value < low ? low : value > high ? high : value;
}

// An arithmetic shift, which AVX2 has for 32 bits only: 2^63 added makes it a logical one, and is a multiple
// of 2^by.
inline std::int64_t shift_right(std::int64_t value, int by) {
  constexpr std::uint64_t top = std::uint64_t{1} << 63;
  return static_cast<std::int64_t>(((static_cast<std::uint64_t>(value) ^ top) >> by) - (top >> by));
}

inline std::int64_t product(std::int32_t a, std::int32_t b) { return std::int64_t{a} * std::int64_t{b}; }

inline std::int64_t tflite_ruy(std::int32_t sum, const Row& r) {
  const std::int64_t high = shift_right(product(sum, r.multiplier) + (std::int64_t{1} << 30), 31);
  return shift_right(high + ((std::int64_t{1} << r.right) >> 1), r.right);
}

inline std::int64_t tflite_gemmlowp(std::int32_t sum, const Row& r) {
  const std::int64_t value = product(sum, r.multiplier);
  const std::int64_t nudged = value + (value >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30));
  const std::int64_t high = shift_right(nudged + (nudged < 0 ? (std::int64_t{1} << 31) - 1 : 0), 31);
  const std::int64_t mask = (std::int64_t{1} << r.right) - 1;
  return shift_right(high, r.right) + ((high & mask) > (mask >> 1) + (high < 0 ? 1 : 0) ? 1 : 0);
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

// -kFar for NaN, as the scalar function has it.
inline double near(double value) {
  const double above = value > -kFar ? value : -kFar;
  return above < kFar ? above : kFar;
}

#define TRIREME_ROW_LOOP(name, scaled)                                                                  \
  TRIREME_FOR_EVERY_CPU void name(const Row& r) {                                                       \
    const Row row = r;                                                                                  \
    for (std::size_t i = 0; i < row.count; ++i) {                                                       \
      const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(row.sums[i]) + row.offset); \
      const std::int64_t code = limited(scaled(sum, row), kMin, kMax) + row.zero_point;                 \
      row.codes[i] =                                                                                    \
          static_cast<std::uint8_t>(static_cast<std::uint64_t>(limited(code, row.low, row.high)));      \
    }                                                                                                   \
  }

#define TRIREME_FLOAT_ROW_LOOP(name, rounded)                                                           \
  TRIREME_FOR_EVERY_CPU void name(const Row& r) {                                                       \
    const Row row = r;                                                                                  \
    const auto zero = static_cast<double>(row.zero_point);                                              \
    const auto low = static_cast<double>(row.low), high = static_cast<double>(row.high);                \
    for (std::size_t i = 0; i < row.count; ++i) {                                                       \
      const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(row.sums[i]) + row.offset); \
      const double exact = near(static_cast<double>(static_cast<float>(sum) * row.factor));             \
      const double integer = rounded;                                                                   \
      const double fits = integer < -2147483648.0  ? -2147483648.0                                      \
                          : integer > 2147483647.0 ? 2147483647.0                                       \
                                                   : integer;                                           \
      const double code = fits + zero;                                                                  \
      const double clamped = code < low ? low : code > high ? high : code;                              \
      row.codes[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(clamped));                     \
    }                                                                                                   \
  }

TRIREME_ROW_LOOP(row_ruy, tflite_ruy)
TRIREME_ROW_LOOP(row_gemmlowp, tflite_gemmlowp)
TRIREME_ROW_LOOP(row_half_up, rounded_once)
TRIREME_ROW_LOOP(row_half_even, half_even)
TRIREME_ROW_LOOP(row_half_away, half_away)
TRIREME_FLOAT_ROW_LOOP(row_float_half_up, std::floor(exact + 0.5))
TRIREME_FLOAT_ROW_LOOP(row_float_half_even, std::nearbyint(exact))
TRIREME_FLOAT_ROW_LOOP(row_float_half_away, std::trunc(exact + std::copysign(0.5, exact)))

using RowLoop = void (*)(const Row&);

RowLoop by_ties(Ties ties, RowLoop up, RowLoop even, RowLoop away) {
  return ties == Ties::half_up ? up : ties == Ties::half_even ? even : away;
}

// The loop of a rule, with its shifts in `row`; none if a parameter is out of its range.
RowLoop loop_of(const Requantizer& by, const RequantizeConfig& config, Row& row) {
  const bool multiplier_fits = by.multiplier <= static_cast<std::uint32_t>(kMax);
  const bool shift_fits = by.shift >= -31 && by.shift <= 30;
  row.right = std::max(-by.shift, 0);
  switch (config.rule) {
    case RequantRule::vipf:
      return by_ties(config.ties, row_float_half_up, row_float_half_even, row_float_half_away);
    case RequantRule::onnx:
      return row_float_half_even;
    case RequantRule::vip7:
    case RequantRule::vip8:
      row.right = by.shift;
      if (!multiplier_fits || by.shift < 1 || by.shift > 61) return nullptr;
      return by_ties(config.ties, row_half_up, row_half_even, row_half_away);
    case RequantRule::tflm_single:
      row.right = 31 - by.shift;
      return multiplier_fits && shift_fits && row.right >= 1 && row.right <= 61 ? row_half_up : nullptr;
    case RequantRule::tflite:
    case RequantRule::tflm:
      if (!multiplier_fits || !shift_fits || by.shift > 0) return nullptr;
      return config.rule == RequantRule::tflite && config.kernel == TfliteKernel::ruy ? row_ruy
                                                                                      : row_gemmlowp;
  }
  return nullptr;
}

}  // namespace

void requantize_row(const std::int32_t* sums, std::size_t count, std::int32_t offset, const Requantizer& by,
                    const RequantizeConfig& config, std::uint8_t* codes) {
  Row row{};
  row.sums = sums;
  row.count = count;
  row.offset = static_cast<std::uint32_t>(offset);
  row.codes = codes;
  row.multiplier = static_cast<std::int32_t>(by.multiplier);
  row.factor = float_multiplier(by);
  row.zero_point = config.zero_point;
  row.low = config.clamp_low;
  row.high = config.clamp_high;
  if (const RowLoop loop = loop_of(by, config, row)) return loop(row);
  for (std::size_t i = 0; i < count; ++i) {
    const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) + row.offset);
    codes[i] = static_cast<std::uint8_t>(requantize(sum, by, config));
  }
}

}  // namespace trireme
