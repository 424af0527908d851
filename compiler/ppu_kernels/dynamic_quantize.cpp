// SPDX-License-Identifier: Apache-2.0
// ONNX's DynamicQuantizeLinear: the range of stripes of the tensor, then of the stripes, scale and zero point
// from it, then the codes. The range is made to hold 0.
#include <algorithm>

#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/sequence.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

using namespace ppu;

constexpr std::int64_t kWord = 4, kMaxStripes = 1024;
enum Buffer : std::size_t { ranges, parameters };  // lowest and highest of every lane; scale and zero point

PpuOperand scratch(Buffer buffer, bool writes) {
  PpuOperand operand;
  operand.kind = writes ? PpuOperandKind::scratch_out : PpuOperandKind::scratch_in;
  operand.index = buffer;
  return operand;
}

struct Call {
  const Graph& graph;
  const Node& node;
  const Chip& chip;
  std::int64_t stripes;  // lanes of the first program, a multiple of 4

  PpuOperand in() const { return input_operand(graph, node, 0); }
  PpuOperand out(std::size_t i) const { return output_operand(graph, node, i); }
};

Reg lane_of(PpuBuilder& b) { return iadd(b, imul(b, b.thread(), b.whole(kPpuLanes)), b.lane_id()); }

// Lane l looks at elements l, l + stripes, …; past the end again at the last one.
std::optional<PpuKernel> range_of_stripes(const Call& call) {
  PpuBuilder b(call.chip);
  const PpuOperand in = call.in(), out = scratch(ranges, true);
  const Reg lane = lane_of(b), element = b.variable(lane);
  const Reg low = b.variable(b.real(0)), high = b.variable(b.real(0));
  const Reg base = b.address(in.kind, in.index), last = b.whole(in.size() - 1), zero = b.whole(0);
  b.loop(ceil_div(in.size(), call.stripes), [&] {
    const Reg inside = b.op(PpuOpcode::imin, element, last);
    const Reg x = load_real(b, in, iadd(b, base, imul(b, inside, b.whole(bytes_of(in.type)))), zero);
    b.into(low, PpuOpcode::fmin, x, low);
    b.into(high, PpuOpcode::fmax, x, high);
    b.into(element, PpuOpcode::iadd, element, b.whole(call.stripes));
  });
  const Reg to = iadd(b, b.address(out.kind, out.index), imul(b, lane, b.whole(2 * kWord)));
  b.store(PpuType::f32, low, to, zero);
  b.store(PpuType::f32, high, to, zero, kWord);
  return b.finish(call.stripes / kPpuLanes);
}

// The nearest integer within 0 … 255, as float.
Reg code(PpuBuilder& b, const Reg& x) {
  const Reg rounded = b.op(PpuOpcode::frne, x);
  return b.op(PpuOpcode::fmin, b.op(PpuOpcode::fmax, rounded, b.real(0)), b.real(255));
}

// One thread, all lanes alike. scale = (high - low) / 255; zero point = -low / scale, 0 if the scale is.
std::optional<PpuKernel> scale_of_range(const Call& call) {
  PpuBuilder b(call.chip);
  const PpuOperand in = scratch(ranges, false), out = scratch(parameters, true);
  const PpuOperand scale_out = call.out(1), zero_out = call.out(2);
  const Reg from = b.variable(b.address(in.kind, in.index)), none = b.whole(0);
  const Reg low = b.variable(b.real(0)), high = b.variable(b.real(0));
  b.loop(call.stripes, [&] {
    b.into(low, PpuOpcode::fmin, b.load(PpuType::f32, from, none), low);
    b.into(high, PpuOpcode::fmax, b.load(PpuType::f32, from, none, kWord), high);
    b.into(from, PpuOpcode::iadd, from, b.whole(2 * kWord));
  });
  const Reg scale = div(b, sub(b, high, low), b.real(255));
  const Reg point = code(b, div(b, sub(b, b.real(0), low), scale));
  const Reg zero = choose(b, PpuOpcode::feq, scale, b.real(0), b.real(0), point);
  const Reg to = b.address(out.kind, out.index);
  b.store(PpuType::f32, scale, to, none);
  b.store(PpuType::f32, zero, to, none, kWord);
  store_real(b, scale_out, scale, b.address(scale_out.kind, scale_out.index), none);
  store_raw(b, zero_out, b.op(PpuOpcode::f2i, zero), b.address(zero_out.kind, zero_out.index), none);
  return b.finish(1);
}

// clamp(rint(x / scale) + zero point)
std::optional<PpuKernel> codes_of(const Call& call) {
  PpuBuilder b(call.chip);
  const PpuOperand in = call.in(), out = call.out(0), from = scratch(parameters, false);
  const Shape strides = row_major_strides(out.shape);
  const std::vector<LaneAddress> at = locate(b, {out.shape, {{&in, strides}, {&out, strides}}});
  const Reg base = b.address(from.kind, from.index), none = b.whole(0);
  const Reg scale = b.load(PpuType::f32, base, none), zero = b.load(PpuType::f32, base, none, kWord);
  const Reg steps = b.op(PpuOpcode::frne, div(b, load_real(b, in, at[0].address, at[0].step), scale));
  const Reg shifted = add(b, choose(b, PpuOpcode::feq, scale, b.real(0), b.real(0), steps), zero);
  store_raw(b, out, b.op(PpuOpcode::f2i, code(b, shifted)), at[1].address, at[1].step);
  return b.finish(threads_for(out.size()));
}

}  // namespace

std::optional<PpuSequence> dynamic_quantize_sequence(const Graph& graph, const Node& node, const Chip& chip) {
  Call call{graph, node, chip, 0};
  const PpuOperand in = call.in();
  if (!in.is_real() || !is_supported(in) || !is_supported(call.out(1)) || in.size() < 1) return std::nullopt;
  call.stripes = std::min(kMaxStripes, threads_for(in.size()) * kPpuLanes);
  PpuSequence result;
  result.scratch = {static_cast<std::uint32_t>(call.stripes * 2 * kWord),
                    static_cast<std::uint32_t>(2 * kWord)};
  for (const auto generate : {range_of_stripes, scale_of_range, codes_of}) {
    std::optional<PpuKernel> kernel = generate(call);
    if (!kernel) return std::nullopt;
    result.kernels.push_back(std::move(*kernel));
  }
  return result;
}

}  // namespace trireme
