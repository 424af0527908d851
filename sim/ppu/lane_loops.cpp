// SPDX-License-Identifier: Apache-2.0
// The loops are written for the compiler to vectorise: no branch, no call, no dependence between lanes
// (ivdep: `out` is the same lanes as an operand or other ones). They are compiled for several vector units
// (sim/arithmetic/every_cpu.h).
#include "sim/ppu/lane_loops.h"

#include "sim/arithmetic/every_cpu.h"
#include "sim/ppu/lane_math.h"

namespace trireme {

namespace {

using lane::as_bits;
using lane::as_float;
using lane::as_int;
using Word = std::uint32_t;

constexpr Word kTrue = 0xFFFFFFFFu;

// x, y: the lane's operands as words; f, g: as floats; d: what the destination held.
#define TRIREME_LANE_LOOP(name, expression)                          \
  TRIREME_FOR_EVERY_CPU void name(const LaneOperands& o) {           \
    Word* const out = o.out;                                         \
    const Word *const a = o.a, *const b = o.b;                       \
    const Word* const old = o.old;                                   \
    const std::size_t lanes = o.lanes;                               \
    _Pragma("GCC ivdep") for (std::size_t i = 0; i < lanes; ++i) {   \
      [[maybe_unused]] const Word x = a[i], y = b[i];                \
      [[maybe_unused]] const float f = as_float(x), g = as_float(y); \
      [[maybe_unused]] const float d = as_float(old[i]);             \
      out[i] = (expression);                                         \
    }                                                                \
  }

// The same with s: lane `index` of b in the same thread, read before any lane of the thread is written.
#define TRIREME_THREAD_LOOP(name, source, expression)                                  \
  TRIREME_FOR_EVERY_CPU void name(const LaneOperands& o) {                             \
    Word* const out = o.out;                                                           \
    const Word *const a = o.a, *const b = o.source;                                    \
    const Word* const old = o.old;                                                     \
    const std::size_t lanes = o.lanes, index = o.index;                                \
    _Pragma("GCC ivdep") for (std::size_t t = 0; t < lanes; t += 4) {                  \
      const Word s = b[t + index];                                                     \
      for (std::size_t j = 0; j < 4; ++j) {                                            \
        [[maybe_unused]] const float f = as_float(a[t + j]), d = as_float(old[t + j]); \
        out[t + j] = (expression);                                                     \
      }                                                                                \
    }                                                                                  \
  }

TRIREME_LANE_LOOP(copy_lane, x)
TRIREME_LANE_LOOP(add_float, lane::float_result(f + g))
TRIREME_LANE_LOOP(subtract_float, lane::float_result(f - g))
TRIREME_LANE_LOOP(multiply_float, lane::float_result(f* g))
TRIREME_LANE_LOOP(divide_float, lane::float_result(f / g))
TRIREME_LANE_LOOP(multiply_add_float, lane::float_result(d + f * g))
TRIREME_LANE_LOOP(larger_float, f > g ? x : y)
TRIREME_LANE_LOOP(smaller_float, f < g ? x : y)
TRIREME_LANE_LOOP(reciprocal_float, lane::float_result(1.0f / f))
TRIREME_LANE_LOOP(root_float, lane::float_result(lane::square_root(f)))
TRIREME_LANE_LOOP(round_float, lane::float_result(lane::round_nearest_even(f)))
TRIREME_LANE_LOOP(floor_float, lane::float_result(lane::floor_of(f)))
TRIREME_LANE_LOOP(add_words, x + y)
TRIREME_LANE_LOOP(subtract_words, x - y)
TRIREME_LANE_LOOP(multiply_words, x* y)
TRIREME_LANE_LOOP(multiply_high_words, lane::multiply_high(x, y))
TRIREME_LANE_LOOP(multiply_round_words, lane::multiply_round_high(x, y))
TRIREME_LANE_LOOP(divide_words, lane::divide(x, y))
TRIREME_LANE_LOOP(remainder_words, x - lane::divide(x, y) * y)
TRIREME_LANE_LOOP(larger_word, as_int(x) > as_int(y) ? x : y)
TRIREME_LANE_LOOP(smaller_word, as_int(x) < as_int(y) ? x : y)
TRIREME_LANE_LOOP(and_words, x& y)
TRIREME_LANE_LOOP(or_words, x | y)
TRIREME_LANE_LOOP(exclusive_or_words, x ^ y)
TRIREME_LANE_LOOP(shift_left, x << (y % 32))
TRIREME_LANE_LOOP(shift_right, x >> (y % 32))
TRIREME_LANE_LOOP(shift_right_signed, lane::shift_right_arithmetic(x, y % 32))
TRIREME_LANE_LOOP(word_to_float, as_bits(static_cast<float>(as_int(x))))
TRIREME_LANE_LOOP(float_to_word, as_bits(lane::float_to_int(f)))

TRIREME_LANE_LOOP(less_float, f < g ? kTrue : 0)
TRIREME_LANE_LOOP(less_equal_float, f <= g ? kTrue : 0)
TRIREME_LANE_LOOP(equal_float, f == g ? kTrue : 0)
TRIREME_LANE_LOOP(less_word, as_int(x) < as_int(y) ? kTrue : 0)
TRIREME_LANE_LOOP(less_equal_word, as_int(x) <= as_int(y) ? kTrue : 0)
TRIREME_LANE_LOOP(less_unsigned, x < y ? kTrue : 0)
TRIREME_LANE_LOOP(equal_word, x == y ? kTrue : 0)

TRIREME_THREAD_LOOP(multiply_add_lane, b, lane::float_result(d + f * as_float(s)))
TRIREME_THREAD_LOOP(broadcast_lane, a, s)

// Operations on the four lanes of a thread together, the result in all of them.
template <typename Function>
void horizontal(const LaneOperands& o, Function function) {
  for (std::size_t t = 0; t < o.lanes; t += kPpuLanes) {
    const Word result = function(o.a + t);
    for (std::size_t j = 0; j < kPpuLanes; ++j) o.out[t + j] = result;
  }
}

void add_all(const LaneOperands& o) {
  horizontal(o, [](const Word* lanes) {
    const float low = as_float(lanes[0]) + as_float(lanes[1]);
    const float high = as_float(lanes[2]) + as_float(lanes[3]);
    return lane::float_result(low + high);
  });
}

void largest_of_all(const LaneOperands& o) {
  horizontal(o, [](const Word* lanes) {
    return lane::fmax(lane::fmax(lanes[0], lanes[1]), lane::fmax(lanes[2], lanes[3]));
  });
}

}  // namespace

LaneLoop lane_loop(PpuOpcode opcode) {
  switch (opcode) {
    case PpuOpcode::mov:
      return copy_lane;
    case PpuOpcode::bcast:
      return broadcast_lane;
    case PpuOpcode::fadd:
      return add_float;
    case PpuOpcode::fsub:
      return subtract_float;
    case PpuOpcode::fmul:
      return multiply_float;
    case PpuOpcode::fmax:
      return larger_float;
    case PpuOpcode::fmin:
      return smaller_float;
    case PpuOpcode::frcp:
      return reciprocal_float;
    case PpuOpcode::fsqrt:
      return root_float;
    case PpuOpcode::frne:
      return round_float;
    case PpuOpcode::iadd:
      return add_words;
    case PpuOpcode::isub:
      return subtract_words;
    case PpuOpcode::imul:
      return multiply_words;
    case PpuOpcode::imax:
      return larger_word;
    case PpuOpcode::imin:
      return smaller_word;
    case PpuOpcode::iand:
      return and_words;
    case PpuOpcode::ior:
      return or_words;
    case PpuOpcode::shl:
      return shift_left;
    case PpuOpcode::sar:
      return shift_right_signed;
    case PpuOpcode::shr:
      return shift_right;
    case PpuOpcode::i2f:
      return word_to_float;
    case PpuOpcode::f2i:
      return float_to_word;
    case PpuOpcode::flt:
      return less_float;
    case PpuOpcode::fle:
      return less_equal_float;
    case PpuOpcode::ilt:
      return less_word;
    case PpuOpcode::ile:
      return less_equal_word;
    case PpuOpcode::ieq:
      return equal_word;
    case PpuOpcode::hadd:
      return add_all;
    case PpuOpcode::hmax:
      return largest_of_all;
    case PpuOpcode::fdiv:
      return divide_float;
    case PpuOpcode::ffloor:
      return floor_float;
    case PpuOpcode::fmad:
      return multiply_add_float;
    case PpuOpcode::fmadl:
      return multiply_add_lane;
    case PpuOpcode::imulh:
      return multiply_high_words;
    case PpuOpcode::imulrh:
      return multiply_round_words;
    case PpuOpcode::idiv:
      return divide_words;
    case PpuOpcode::imod:
      return remainder_words;
    case PpuOpcode::ixor:
      return exclusive_or_words;
    case PpuOpcode::feq:
      return equal_float;
    case PpuOpcode::ult:
      return less_unsigned;
    default:
      return nullptr;
  }
}

TRIREME_FOR_EVERY_CPU void select_lanes(std::uint32_t* out, const std::uint32_t* mask,
                                        const std::uint32_t* yes, const std::uint32_t* no,
                                        std::size_t lanes) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < lanes; ++i) out[i] = (yes[i] & mask[i]) | (no[i] & ~mask[i]);
}

TRIREME_FOR_EVERY_CPU void lane_addresses(std::uint32_t* out, const std::uint32_t* a, const std::uint32_t* b,
                                          std::uint32_t offset, std::size_t lanes) {
#pragma GCC ivdep
  for (std::size_t i = 0; i < lanes; ++i) out[i] = a[i] + static_cast<Word>(i % kPpuLanes) * b[i] + offset;
}

TRIREME_FOR_EVERY_CPU AddressBounds address_bounds(const std::uint32_t* addresses, const std::uint32_t* mask,
                                                   std::size_t lanes) {
  AddressBounds bounds{kTrue, 0};
  if (mask == nullptr) {
    for (std::size_t i = 0; i < lanes; ++i) {
      bounds.low = addresses[i] < bounds.low ? addresses[i] : bounds.low;
      bounds.high = addresses[i] > bounds.high ? addresses[i] : bounds.high;
    }
    return bounds;
  }
  for (std::size_t i = 0; i < lanes; ++i) {
    const std::uint32_t low = addresses[i] | ~mask[i], high = addresses[i] & mask[i];
    bounds.low = low < bounds.low ? low : bounds.low;
    bounds.high = high > bounds.high ? high : bounds.high;
  }
  return bounds;
}

}  // namespace trireme
