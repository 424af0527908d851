// SPDX-License-Identifier: Apache-2.0
// Two inputs of codes, element by element, with broadcasting.
#include <algorithm>
#include <functional>
#include <string>

#include "compiler/ppu_kernels/elements.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "compiler/ppu_kernels/tflite/quotient.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

// What to store of a - z_a and b - z_b.
using Operation = std::function<Reg(PpuBuilder& b, const Reg& x, const Reg& y)>;

std::optional<PpuKernel> stored(const Call& call, const Operation& operation) {
  const std::vector<PpuOperand> operands = {call.in(0), call.in(1), call.out()};
  const PpuOperand& out = operands[2];
  return element_kernel(call.chip, out.shape, operands, [&](PpuBuilder& b, ElementVector& vector) {
    const auto centred = [&](std::size_t i) {
      return b.op(PpuOpcode::isub, vector.raw(i), b.whole(codes_of(operands[i]).zero_point));
    };
    const Reg x = centred(0), y = centred(1);
    vector.store_raw(2, operation(b, x, y));
  });
}

// Output steps.
std::optional<PpuKernel> combined(const Call& call, const Operation& operation) {
  const AffineCodes out = codes_of(call.out());
  return stored(
      call, [&](PpuBuilder& b, const Reg& x, const Reg& y) { return code_of(b, out, operation(b, x, y)); });
}

// Products of 16-bit codes whose zero points lie far from 0 do not fit into 32 bits.
bool products_fit(const Call& call) {
  if (bytes_of(call.in(0).type) == 1 && bytes_of(call.in(1).type) == 1) return true;
  return codes_of(call.in(0)).zero_point == 0 && codes_of(call.in(1)).zero_point == 0;
}

// 1. Both inputs, shifted left for precision, in units of twice the larger scale. 2. Their sum or difference
// in units of the output. Codes of 16 bits that are not symmetric do not fit into 32 after the shift.
std::optional<PpuKernel> sum(const Call& call, PpuOpcode opcode) {
  const AffineCodes x_codes = codes_of(call.in(0)), y_codes = codes_of(call.in(1)),
                    out = codes_of(call.out());
  const bool wide = call.out().type == DataType::int16;
  if (wide && (x_codes.zero_point != 0 || y_codes.zero_point != 0)) return std::nullopt;
  const int up = wide ? 15 : 20;
  const double unit = 2 * double{std::max(x_codes.scale, y_codes.scale)};
  const Requantizer of_x = q31_multiplier(double{x_codes.scale} / unit);
  const Requantizer of_y = q31_multiplier(double{y_codes.scale} / unit);
  const Requantizer of_sum =
      q31_multiplier(unit / (static_cast<double>(1 << up) * static_cast<double>(out.scale)));
  const Rounding rounding = rounding_of(call.rule);
  return combined(call, [=](PpuBuilder& b, const Reg& x, const Reg& y) {
    const Reg bits = b.whole(up);
    const Reg scaled_x = scaled(b, b.op(PpuOpcode::shl, x, bits), of_x, rounding);
    const Reg scaled_y = scaled(b, b.op(PpuOpcode::shl, y, bits), of_y, rounding);
    return scaled(b, b.op(opcode, scaled_x, scaled_y), of_sum, rounding);
  });
}

}  // namespace

std::optional<PpuKernel> sum_of_codes(const Call& call) { return sum(call, PpuOpcode::iadd); }

std::optional<PpuKernel> difference_of_codes(const Call& call) { return sum(call, PpuOpcode::isub); }

// As a difference, with 7 more bits; its square has 14.
std::optional<PpuKernel> squared_difference(const Call& call) {
  const float a = codes_of(call.in(0)).scale, b = codes_of(call.in(1)).scale;
  const double unit = 2 * double{std::max(a, b)};
  const Requantizer of_x = q31_multiplier(double{a} / unit), of_y = q31_multiplier(double{b} / unit);
  const Requantizer of_square = q31_multiplier(unit * unit / (0x1p14 * double{codes_of(call.out()).scale}));
  const Rounding rounding = rounding_of(call.rule);
  return combined(call, [=](PpuBuilder& builder, const Reg& x, const Reg& y) {
    const Reg bits = builder.whole(7);
    const Reg difference =
        builder.op(PpuOpcode::isub, scaled(builder, builder.op(PpuOpcode::shl, x, bits), of_x, rounding),
                   scaled(builder, builder.op(PpuOpcode::shl, y, bits), of_y, rounding));
    return scaled(builder, imul(builder, difference, difference), of_square, rounding);
  });
}

// TensorFlow Lite computes the factor in float32, its Micro sibling in double.
std::optional<PpuKernel> product_of_codes(const Call& call) {
  if (!products_fit(call)) return std::nullopt;
  const float a = codes_of(call.in(0)).scale, b = codes_of(call.in(1)).scale,
              out = codes_of(call.out()).scale;
  const double exact = double{a} * double{b} / double{out};
  const float rounded = a * b / out;
  const Requantizer factor = q31_multiplier(call.rule == RequantRule::tflite ? double{rounded} : exact);
  const Rounding rounding = rounding_of(call.rule);
  return combined(call, [=](PpuBuilder& builder, const Reg& x, const Reg& y) {
    return scaled(builder, imul(builder, x, y), factor, rounding);
  });
}

// The reciprocal of the divisor times the dividend.
std::optional<PpuKernel> quotient_of_codes(const Call& call) {
  const float a = codes_of(call.in(0)).scale, b = codes_of(call.in(1)).scale;
  const float factor = a / (b * codes_of(call.out()).scale);
  const Rounding rounding = rounding_of(call.rule);
  return combined(call, [=](PpuBuilder& builder, const Reg& x, const Reg& y) {
    return quotient(builder, x, y, q31_multiplier(double{factor}), rounding);
  });
}

// Both sides as whole multiples of 2^-8.
std::optional<PpuKernel> comparison(const Call& call) {
  const std::string& op = call.node.op;
  const Requantizer of_x = q31_multiplier(double{codes_of(call.in(0)).scale});
  const Requantizer of_y = q31_multiplier(double{codes_of(call.in(1)).scale});
  const Rounding rounding = rounding_of(call.rule);
  const bool equality = op == "equal" || op == "not_equal";
  const bool swapped = op == "greater" || op == "less_equal";  // x > y is y < x; x <= y is not y < x
  const bool inverted = op == "not_equal" || op == "greater_equal" || op == "less_equal";
  return stored(call, [&](PpuBuilder& b, const Reg& x, const Reg& y) {
    const Reg left = scaled(b, imul(b, x, b.whole(256)), of_x, rounding);
    const Reg right = scaled(b, imul(b, y, b.whole(256)), of_y, rounding);
    return choose(b, equality ? PpuOpcode::ieq : PpuOpcode::ilt, swapped ? right : left,
                  swapped ? left : right, b.whole(inverted ? 0 : 1), b.whole(inverted ? 1 : 0));
  });
}

std::optional<PpuKernel> prelu(const Call& call) {
  if (!products_fit(call)) return std::nullopt;
  const float in = codes_of(call.in(0)).scale, slope = codes_of(call.in(1)).scale;
  const float out = codes_of(call.out()).scale;
  const float positive = in / out, negative = in * slope / out;
  const Rounding rounding = rounding_of(call.rule);
  return combined(call, [=](PpuBuilder& b, const Reg& x, const Reg& y) {
    const Reg above = scaled(b, x, q31_multiplier(double{positive}), rounding);
    const Reg below = scaled(b, imul(b, x, y), q31_multiplier(double{negative}), rounding);
    return choose(b, PpuOpcode::ilt, x, b.whole(0), below, above);
  });
}

}  // namespace trireme::tflite_ppu
