// SPDX-License-Identifier: Apache-2.0
// Softmax of 16-bit codes: e^x and 1 / (1 + x) between entries of tables of 15-bit fractions. A thread walks
// through rows three times: largest code, sum of exponentials, products.
#include <algorithm>
#include <cmath>
#include <functional>

#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "compiler/ppu_kernels/tflite/real_exponential.h"
#include "model/graph/attributes.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

constexpr int kSteps = 512, kStepBits = 7;  // of a table, and between two entries
constexpr std::int64_t kLow = -32768, kHigh = 32767;

// Entries are moved by half the error that a straight line makes midway.
std::vector<std::int32_t> entries(const std::function<double(double)>& function, double from, double to) {
  const auto fraction = [&](double x) { return std::round(function(x) * 32768.0); };
  const double step = (to - from) / kSteps;
  std::vector<std::int32_t> table;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = from + i * step, sample = fraction(x);
    const double next = function(from + (i + 1) * step) * 32768.0;  // not rounded yet
    const double line = std::round((next + sample) / 2), middle = fraction(x + step / 2);
    const double entry = i == kSteps ? sample : sample - std::round((line - middle) / 2);
    table.push_back(static_cast<std::int32_t>(std::clamp<double>(entry, kLow, kHigh)));
  }
  return table;
}

Reg clamped(PpuBuilder& b, const Reg& x, std::int64_t low) {
  return b.op(PpuOpcode::imin, b.op(PpuOpcode::imax, x, b.whole(low)), b.whole(kHigh));
}

class WideSoftmax {
 public:
  WideSoftmax(PpuBuilder& b, const Call& call)
      : b_(b),
        in_(call.in(0)),
        out_(call.out()),
        space_(rows_along({attributes<SoftmaxAttributes>(call.node).axis}, {&in_, &out_})),
        exponential_(table_operand(b, {kSteps + 1}, entries(real_exponential, -10, 0))),
        reciprocal_(table_operand(b, {kSteps + 1}, entries([](double x) { return 1 / (1 + x); }, 0, 1))),
        to_table_(q31_multiplier(double{codes_of(in_).scale} / (10.0 / 65535.0))),
        rounding_(rounding_of(call.rule)) {}

  std::optional<PpuKernel> kernel() {
    if (space_.row_size() > 0xFFFF) return std::nullopt;  // the sum would not fit
    Rows rows(b_, space_);
    const auto code = [&] { return rows.load_raw_element(0); };
    const Reg largest = b_.variable(b_.whole(kLow)), sum = b_.variable(b_.whole(0));
    rows.walk([&] { b_.into(largest, PpuOpcode::imax, largest, code()); });
    rows.walk([&] { b_.into(sum, PpuOpcode::iadd, sum, exponential(code(), largest)); });
    const Reg zeros = leading_zeros(b_, sum), inverse = reciprocal_of(sum, zeros);
    const Reg right = b_.op(PpuOpcode::isub, b_.whole(31), zeros);
    const Reg half = b_.op(PpuOpcode::shl, b_.whole(1), b_.op(PpuOpcode::isub, right, b_.whole(1)));
    rows.walk([&] {
      const Reg product = imul(b_, exponential(code(), largest), inverse);
      rows.store_raw_element(1, clamped(b_, b_.op(PpuOpcode::sar, iadd(b_, product, half), right), 0));
    });
    return b_.finish(space_.threads());
  }

 private:
  // The value of a table over its range at x = -32768 … 32767.
  Reg looked_up(const PpuOperand& table, const Reg& x) {
    const Reg at = clamped(b_, x, kLow), none = b_.whole(0);
    const Reg step = iadd(b_, b_.op(PpuOpcode::sar, at, b_.whole(kStepBits)), b_.whole(kSteps / 2));
    const Reg entry = iadd(b_, b_.address(table.kind, table.index), b_.op(PpuOpcode::shl, step, b_.whole(2)));
    const Reg low = load_raw(b_, table, entry, none), next = load_raw(b_, table, entry, none, 4);
    const Reg part = b_.op(PpuOpcode::iand, at, b_.whole((1 << kStepBits) - 1));
    const Reg slope = imul(b_, b_.op(PpuOpcode::isub, next, low), part);
    const Reg rounded = iadd(b_, slope, b_.whole(1 << (kStepBits - 1)));
    return iadd(b_, low, b_.op(PpuOpcode::sar, rounded, b_.whole(kStepBits)));
  }

  // The table ends at 0, where the largest code is.
  Reg exponential(const Reg& code, const Reg& largest) {
    const Reg distance = scaled(b_, b_.op(PpuOpcode::isub, code, largest), to_table_, rounding_);
    return looked_up(exponential_, iadd(b_, distance, b_.whole(kHigh)));
  }

  // Of the sum as 1 + a fraction: its 17 highest bits, without the first.
  Reg reciprocal_of(const Reg& sum, const Reg& zeros) {
    const Reg normal = b_.op(PpuOpcode::shl, sum, b_.op(PpuOpcode::isub, zeros, b_.whole(1)));
    const Reg high = b_.op(PpuOpcode::shr, iadd(b_, normal, b_.whole(1 << 13)), b_.whole(14));
    return looked_up(reciprocal_, iadd(b_, high, b_.whole(kLow - (1 << 16))));
  }

  PpuBuilder& b_;
  PpuOperand in_, out_;
  RowSpace space_;
  PpuOperand exponential_, reciprocal_;
  Requantizer to_table_;
  Rounding rounding_;
};

}  // namespace

std::optional<PpuKernel> wide_softmax(const Call& call) {
  PpuBuilder b(call.chip);
  return WideSoftmax(b, call).kernel();
}

}  // namespace trireme::tflite_ppu
