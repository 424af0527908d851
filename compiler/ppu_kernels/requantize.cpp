// SPDX-License-Identifier: Apache-2.0
#include "compiler/ppu_kernels/requantize.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "compiler/ppu_kernels/fixed_factor.h"
#include "compiler/ppu_kernels/math.h"

namespace trireme {

namespace {

using namespace ppu;

constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
constexpr int kFarthest = 31;       // beyond, a product of 62 bits is less than one half
constexpr std::int64_t kWords = 4;  // of a factor: value, left, right, half

bool in_float32(RequantRule rule) { return rule == RequantRule::vipf || rule == RequantRule::onnx; }

std::int32_t bits_of(float value) {
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Every integer rule's factor as a multiplier of 31 bits: what the chips have fewer of are zeros below.
Requantizer q31_of(const SumFactor& factor, RequantRule rule) {
  if (is_tflite(rule)) return q31_multiplier(factor.wide);
  const int bits = rule == RequantRule::vip8 ? 23 : 15;
  const Requantizer by = mantissa_multiplier(factor.narrow, bits);
  const int shift = 31 - by.shift - (30 - bits);
  if (shift < -kFarthest) return {0, 0};
  return {by.multiplier << (30 - bits), shift};
}

std::vector<std::int32_t> words_of(const SumFactor& factor, RequantRule rule) {
  if (in_float32(rule)) return {bits_of(factor.narrow), 0, 0, 0};
  const Requantizer by = q31_of(factor, rule);
  const int left = std::max(by.shift, 0), right = std::max(-by.shift, 0);
  return {static_cast<std::int32_t>(by.multiplier), left, right, right == 0 ? 1 : 1 << (right - 1)};
}

// A real number to the nearest integer: halves up or away are decided by the exact distance to the floor.
Reg nearest(PpuBuilder& b, const Reg& x, Ties ties) {
  if (ties == Ties::half_even) return b.op(PpuOpcode::frne, x);
  const Reg magnitude = ties == Ties::half_away ? abs(b, x) : x;
  const Reg floor = b.op(PpuOpcode::ffloor, magnitude);
  const Reg distance = sub(b, magnitude, floor);
  const Reg up = add(b, floor, b.real(1));
  const Reg steps = choose(b, PpuOpcode::flt, distance, b.real(0.5F), floor, up);
  return ties == Ties::half_away ? with_sign_of(b, steps, x) : steps;
}

}  // namespace

SumRequantizer::SumRequantizer(PpuBuilder& b, const PpuOperand& out, const SumRule& rule,
                               const std::vector<SumFactor>& factors)
    : b_(b), out_(out), rule_(rule) {
  for (const SumFactor& factor : factors) {
    const std::vector<std::int32_t> words = words_of(factor, rule.rule);
    words_.insert(words_.end(), words.begin(), words.end());
    shifts_left_ = shifts_left_ || words[1] > 0;
    unshifted_ = unshifted_ || words[2] == 0;
    if (words[1] > 29) b.refuse();  // 32 bits less the sign and one that must stay
  }
  if (factors.size() > 1)
    table_ = table_operand(b, {static_cast<std::int64_t>(factors.size()), kWords}, words_);
}

Reg SumRequantizer::entry(const Reg& channel, std::int64_t word) const {
  if (words_.size() == kWords) return b_.whole(words_[static_cast<std::size_t>(word)]);
  const Reg at = iadd(b_, b_.address(table_.kind, table_.index), imul(b_, channel, b_.whole(4 * kWords)));
  return b_.load(PpuType::i32, at, b_.whole(0), 4 * word);
}

SumRequantizer::Multiplier SumRequantizer::multiplier(const Reg& channel) const {
  return {entry(channel, 0), entry(channel, 1), entry(channel, 2), entry(channel, 3)};
}

// high / 2^right; up if the remainder is at least half + extra.
Reg SumRequantizer::shifted(const Reg& high, const Multiplier& by, const Reg& extra) const {
  const Reg down = b_.op(PpuOpcode::sar, high, by.right);
  const Reg rest = b_.op(PpuOpcode::isub, high, b_.op(PpuOpcode::shl, down, by.right));
  const Reg below = extra == nullptr ? by.half : iadd(b_, by.half, extra);
  return choose(b_, PpuOpcode::ilt, rest, below, down, iadd(b_, down, b_.whole(1)));
}

// TensorFlow Lite: to 31 bits half up, then in the shift half up, or half away from zero.
Reg SumRequantizer::rounded_twice(const Reg& sum, const Multiplier& by) const {
  const Reg high = b_.op(PpuOpcode::imulrh, sum, by.value);
  if (rule_.rule == RequantRule::tflite && rule_.matrix_product) return shifted(high, by, nullptr);
  return shifted(high, by, b_.op(PpuOpcode::shr, high, b_.whole(31)));
}

// 1 in lanes whose half stays at the integer below, `down`; nothing if none does.
Reg SumRequantizer::stays(const Reg& down) const {
  if (is_tflite(rule_.rule) || rule_.ties == Ties::half_up) return nullptr;
  if (rule_.ties == Ties::half_away) return b_.op(PpuOpcode::shr, down, b_.whole(31));
  return b_.op(PpuOpcode::ixor, b_.op(PpuOpcode::iand, down, b_.whole(1)), b_.whole(1));
}

// The product above and below 2^31: what is below decides where the remainder above is exactly a half, or
// where there is no shift.
Reg SumRequantizer::rounded_once(const Reg& sum, const Multiplier& by) const {
  const Reg low = imul(b_, sum, by.value), top = b_.op(PpuOpcode::imulh, sum, by.value);
  const Reg high = b_.op(PpuOpcode::ior, b_.op(PpuOpcode::shl, top, b_.whole(1)),
                         b_.op(PpuOpcode::shr, low, b_.whole(31)));
  const Reg rest = b_.op(PpuOpcode::iand, low, b_.whole(kHigh));
  Reg extra = stays(b_.op(PpuOpcode::sar, high, by.right));
  if (extra != nullptr) extra = choose(b_, PpuOpcode::ieq, rest, b_.whole(0), extra, b_.whole(0));
  const Reg steps = shifted(high, by, extra);
  if (!unshifted_) return steps;
  const Reg half = b_.whole(1 << 30), stay = stays(high);
  const Reg below = stay == nullptr ? half : iadd(b_, half, stay);
  const Reg whole = choose(b_, PpuOpcode::ilt, rest, below, high, iadd(b_, high, b_.whole(1)));
  return choose(b_, PpuOpcode::ieq, by.right, b_.whole(0), whole, steps);
}

Reg SumRequantizer::in_reals(const Reg& sum, const Reg& channel) const {
  const Ties ties = rule_.rule == RequantRule::onnx ? Ties::half_even : rule_.ties;
  const Reg factor = entry(channel, 0);  // the bits of a float32
  return b_.op(PpuOpcode::f2i, nearest(b_, mul(b_, b_.op(PpuOpcode::i2f, sum), factor), ties));
}

Reg SumRequantizer::code(const Reg& sum, const Reg& channel) const {
  const AffineCodes codes = affine_codes(out_.quantization);
  if (in_float32(rule_.rule)) return code_of(b_, codes, in_reals(sum, channel));
  const Multiplier by = multiplier(channel);
  Reg x = sum;
  if (shifts_left_) {  // kept inside 32 bits: what is cut off is still beyond every code
    const Reg limit = b_.op(PpuOpcode::sar, b_.whole(kHigh), by.left);
    x = b_.op(PpuOpcode::imax, x, b_.op(PpuOpcode::isub, b_.whole(0), limit));
    x = b_.op(PpuOpcode::shl, b_.op(PpuOpcode::imin, x, limit), by.left);
  }
  const bool twice = rule_.rule == RequantRule::tflite || rule_.rule == RequantRule::tflm;
  return code_of(b_, codes, twice ? rounded_twice(x, by) : rounded_once(x, by));
}

}  // namespace trireme
