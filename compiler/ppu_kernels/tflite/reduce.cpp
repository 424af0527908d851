// SPDX-License-Identifier: Apache-2.0
// Sums and means of codes along axes. All forms begin with the plain sum of a row's codes.
#include <algorithm>

#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/rows.h"
#include "compiler/ppu_kernels/tflite/families.h"
#include "compiler/ppu_kernels/tflite/fixed_point.h"
#include "model/graph/attributes.h"

namespace trireme::tflite_ppu {

using namespace ppu;

namespace {

struct Reduction {
  RequantRule rule;
  AffineCodes in, out;
  std::int64_t count;
};

// The mean of a map over rows and columns, kept as a map, has kernels of its own.
bool is_mean_of_map(const ReduceAttributes& attr, const PpuOperand& in) {
  const bool plane = attr.axes == std::vector<std::int64_t>{1, 2} ||  // as TensorFlow Lite stores it
                     attr.axes == std::vector<std::int64_t>{2, 3};
  return in.shape.size() == 4 && attr.keep_dims && plane;
}

// uint8: one factor for the rescaling and the division, the zero point brought over as an integer.
Reg mean_by_factor(PpuBuilder& b, const Reduction& r, const Reg& sum) {
  const float zero = static_cast<float>(r.in.zero_point) * r.in.scale / r.out.scale;
  const auto nearest = static_cast<std::int32_t>(zero > 0 ? zero + 0.5F : zero - 0.5F);
  const float factor = r.in.scale / (static_cast<float>(r.count) * r.out.scale);
  return iadd(b, scaled(b, sum, q31_multiplier(double{factor}), Rounding::twice), b.whole(-nearest));
}

Reg centred(PpuBuilder& b, const Reduction& r, const Reg& sum) {
  return iadd(b, sum, b.whole(-r.count * r.in.zero_point));
}

// int8 on CPUs: rescaled first, then divided, halves away from zero.
Reg mean_by_division(PpuBuilder& b, const Reduction& r, const Reg& sum) {
  const Requantizer factor = q31_multiplier(double{r.in.scale} / double{r.out.scale});
  const Reg total = scaled(b, centred(b, r, sum), factor, Rounding::twice);
  const Reg sign = b.op(PpuOpcode::sar, total, b.whole(31)), half = b.whole(r.count / 2);
  const Reg signed_half = b.op(PpuOpcode::isub, b.op(PpuOpcode::ixor, half, sign), sign);
  return b.op(PpuOpcode::idiv, iadd(b, total, signed_half), b.whole(r.count));
}

// In Micro: the multiplier is divided by the count, with as many bits more as the count has.
Reg mean_by_multiplier(PpuBuilder& b, const Reduction& r, const Reg& sum) {
  Requantizer factor = q31_multiplier(double{r.in.scale} / double{r.out.scale});
  int bits = 0;
  while (bits < 31 && (r.count >> (bits + 1)) != 0) ++bits;
  bits = std::min(bits, 31 + factor.shift);
  const std::int64_t shifted = std::int64_t{factor.multiplier} << bits;
  factor = {static_cast<std::uint32_t>(shifted / r.count), factor.shift - bits};
  return scaled(b, centred(b, r, sum), factor, rounding_of(r.rule));
}

// Any other form: in float32.
Reg in_reals(PpuBuilder& b, const Reduction& r, const Reg& sum, bool mean) {
  const float scale = r.in.scale / r.out.scale, number = static_cast<float>(r.count);
  const float zero = static_cast<float>(-r.in.zero_point) * scale;
  const Reg total = b.op(PpuOpcode::i2f, sum);
  const Reg real = mean ? add(b, mul(b, div(b, total, b.real(number)), b.real(scale)), b.real(zero))
                        : add(b, mul(b, total, b.real(scale)), b.real(zero * number));
  return nearest_away(b, real);
}

// Sums keep the low bits, which is what the store leaves of them: the runtime does not clamp them, and sums
// the codes themselves where the parameters are alike.
Reg unclamped_sum(PpuBuilder& b, const Reduction& r, const Reg& sum, bool alike) {
  if (alike) return sum;
  const double largest = static_cast<double>(r.count) * static_cast<double>(r.in.high - r.in.low + 1);
  if (largest * 2 * double{r.in.scale} / double{r.out.scale} > 0x1p30) b.refuse();  // beyond 32 bits
  return iadd(b, in_reals(b, r, sum, false), b.whole(r.out.zero_point));
}

}  // namespace

std::optional<PpuKernel> reduce(const Call& call) {
  const auto& attr = attributes<ReduceAttributes>(call.node);
  const bool mean = attr.type == ReduceAttributes::Type::mean;
  if (!mean && attr.type != ReduceAttributes::Type::sum) return std::nullopt;
  const PpuOperand in = call.in(0), out = call.out();
  if (in.type != out.type) return std::nullopt;
  PpuBuilder b(call.chip);
  const RowSpace space = reduced_rows(in, out, attr.axes);
  const Reduction r{call.rule, codes_of(in), codes_of(out), space.row_size()};
  if (r.count > 0x7FFFFFFF / (r.in.high - r.in.low + 1)) return std::nullopt;  // the sum would not fit
  Rows rows(b, space);
  const Reg sum = b.variable(b.whole(0));
  rows.walk([&] { b.into(sum, PpuOpcode::iadd, sum, rows.load_raw_element(0)); });
  const bool of_map = mean && is_mean_of_map(attr, in);
  if (!mean) {
    rows.store_raw_element(1, unclamped_sum(b, r, sum, coded_alike(in, out)));
    return b.finish(space.threads());
  }
  if (!of_map && coded_alike(in, out)) {
    rows.store_raw_element(1, b.op(PpuOpcode::idiv, sum, b.whole(r.count)));
    return b.finish(space.threads());
  }
  const Reg steps = !of_map                            ? in_reals(b, r, sum, true)
                    : call.rule != RequantRule::tflite ? mean_by_multiplier(b, r, sum)
                    : in.type == DataType::uint8       ? mean_by_factor(b, r, sum)
                                                       : mean_by_division(b, r, sum);
  rows.store_raw_element(1, code_of(b, r.out, steps));
  return b.finish(space.threads());
}

}  // namespace trireme::tflite_ppu
