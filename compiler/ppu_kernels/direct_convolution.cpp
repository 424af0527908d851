// SPDX-License-Identifier: Apache-2.0
// Convolutions one output a lane: for every tap the input's element, or what stands for padding, times the
// weight's. Weights may be computed; integers are exact in 32 bits.
#include <algorithm>
#include <functional>

#include "compiler/ppu_kernels/coded.h"
#include "compiler/ppu_kernels/convolution.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/requantize.h"

namespace trireme {

namespace {

using namespace ppu;

struct Problem2d {
  PpuOperand in, weights, out;
  TapAxes taps;
  std::int64_t groups;
  // Elements of the weights from one output channel, and one input channel, of a group to the next.
  std::int64_t weight_out, weight_in, weight_group;

  std::int64_t in_channels() const { return in.shape[1] / groups; }
  std::int64_t out_channels() const { return out.shape[1] / groups; }
  std::int64_t kernel() const { return taps.y.taps * taps.x.taps; }
};

// What a lane works on: byte addresses, and the first tap's place before the division.
struct Lane {
  Reg input, weight, output, y, x, channel;
};

Lane begin(PpuBuilder& b, const Problem2d& p) {
  const Shape& out = p.out.shape;
  const std::int64_t in_bytes = bytes_of(p.in.type), weight_bytes = bytes_of(p.weights.type);
  const std::int64_t in_group = p.in_channels() * p.in.shape[2] * p.in.shape[3] * in_bytes;
  const Reg element = lane_element(b, p.out.size());
  const std::vector<Reg> parts =
      decompose(b, element, {out[0], p.groups, p.out_channels(), out[2], out[3]},
                {{p.groups * in_group, in_group, 0, 0, 0},
                 {0, p.weight_group * weight_bytes, p.weight_out * weight_bytes, 0, 0},
                 {0, p.out_channels(), 1, 0, 0},
                 {0, 0, 0, p.taps.y.out_step, 0},
                 {0, 0, 0, 0, p.taps.x.out_step}});
  Lane lane;
  lane.input = b.variable(iadd(b, b.address(p.in.kind, p.in.index), parts[0]));
  lane.weight = b.variable(iadd(b, b.address(p.weights.kind, p.weights.index), parts[1]));
  lane.output = iadd(b, b.address(p.out.kind, p.out.index), imul(b, element, b.whole(bytes_of(p.out.type))));
  lane.channel = parts[2];
  lane.y = iadd(b, parts[3], b.whole(p.taps.y.first));
  lane.x = iadd(b, parts[4], b.whole(p.taps.x.first));
  return lane;
}

// Calls `meet` with the stored element and the stored weight of every tap; where there is no element, with
// `padding`.
void walk(PpuBuilder& b, const Problem2d& p, const Lane& lane, const Reg& padding,
          const std::function<void(const Reg& raw, const Reg& weight)>& meet) {
  const Reg y = b.variable(), x = b.variable(), raw = b.variable();
  const std::int64_t weight_bytes = bytes_of(p.weights.type), in_bytes = bytes_of(p.in.type);
  const auto tap = [&] {
    const Reg row = coordinate(b, p.taps.y, y, true, false);
    const Reg column = coordinate(b, p.taps.x, x, true, true);
    const Reg pixel = iadd(b, imul(b, row, b.whole(p.in.shape[3])), column);
    const Reg from = iadd(b, lane.input, imul(b, pixel, b.whole(in_bytes)));
    b.assign(raw, padding);
    b.where([&] { b.load_into(raw, memory_type(p.in.type), from, b.whole(0)); });
    meet(raw, load_raw(b, p.weights, lane.weight, b.whole(0)));
    b.into(lane.weight, PpuOpcode::iadd, lane.weight, b.whole(weight_bytes));
    b.into(x, PpuOpcode::iadd, x, b.whole(p.taps.x.tap_step));
  };
  b.loop(p.in_channels(), [&] {
    b.assign(y, lane.y);
    b.loop(p.taps.y.taps, [&] {
      b.assign(x, lane.x);
      b.loop(p.taps.x.taps, tap);
      b.into(y, PpuOpcode::iadd, y, b.whole(p.taps.y.tap_step));
    });
    b.into(lane.weight, PpuOpcode::iadd, lane.weight, b.whole((p.weight_in - p.kernel()) * weight_bytes));
    b.into(lane.input, PpuOpcode::iadd, lane.input, b.whole(p.in.shape[2] * p.in.shape[3] * in_bytes));
  });
}

bool is_map(const PpuOperand& operand) { return operand.shape.size() == 4 && is_supported(operand); }

Problem2d problem_of(const Graph& graph, const Node& node, std::int64_t groups) {
  return {input_operand(graph, node, 0),
          input_operand(graph, node, 1),
          output_operand(graph, node),
          {},
          groups,
          0,
          0,
          0};
}

void set_forward(Problem2d& p, const Window& window) {
  p.taps = taps_of_convolution(window, p.in.shape);
  p.weight_in = p.kernel();
  p.weight_out = p.in_channels() * p.kernel();
  p.weight_group = p.out_channels() * p.weight_out;
}

// The sum begins with the bias.
std::optional<PpuKernel> of_reals(const Graph& graph, const Node& node, const Chip& chip,
                                  const Problem2d& p) {
  PpuBuilder b(chip);
  const Lane lane = begin(b, p);
  Reg start = b.real(0);
  if (has_input(node, 2)) {
    const PpuOperand bias = input_operand(graph, node, 2);
    if (!bias.is_real() || !is_supported(bias)) return std::nullopt;
    const Reg offset = imul(b, lane.channel, b.whole(bytes_of(bias.type)));
    start = load_real(b, bias, iadd(b, b.address(bias.kind, bias.index), offset), b.whole(0));
  }
  const Reg sum = b.variable(start);
  walk(b, p, lane, raw_zero(b, p.in), [&](const Reg& raw, const Reg& weight) {
    b.into(sum, PpuOpcode::fmad, as_real(b, p.in, raw), as_real(b, p.weights, weight));
  });
  store_real(b, p.out, sum, lane.output, b.whole(0));
  return b.finish(threads_for(p.out.size()));
}

bool are_real_maps(const Problem2d& p) {
  for (const PpuOperand* operand : {&p.in, &p.weights, &p.out}) {
    if (!is_map(*operand) || !operand->is_real()) return false;
  }
  return true;
}

// With one zero point for all.
bool are_codes8(const PpuOperand& operand) {
  const Quantization& q = operand.quantization;
  const bool alike = std::all_of(q.zero_point.begin(), q.zero_point.end(),
                                 [&](std::int32_t zero) { return zero == q.zero_point.front(); });
  return operand.shape.size() == 4 && q.quantized() && bytes_of(operand.type) == 1 && alike &&
         is_supported(operand, true);
}

std::vector<float> scales_of(const PpuOperand& operand) {
  const Quantization& q = operand.quantization;
  return q.per_channel() ? q.scale : std::vector<float>{affine_codes(q).scale};
}

// numerics.md §3.1: TensorFlow Lite multiplies the scales of int8 data in double, those of uint8 in float32.
std::vector<SumFactor> factors_of(const Problem2d& p) {
  const float in = affine_codes(p.in.quantization).scale, out = affine_codes(p.out.quantization).scale;
  const std::vector<float> weights = scales_of(p.weights);
  const bool narrow = p.in.type == DataType::uint8 && weights.size() == 1;
  std::vector<SumFactor> factors;
  for (const float weight : weights) {
    const double product = narrow ? double{in * weight} : double{in} * double{weight};
    factors.push_back({in * weight / out, product / double{out}});
  }
  return factors;
}

Reg centred(PpuBuilder& b, const PpuOperand& operand, const Reg& code) {
  const std::int32_t zero = affine_codes(operand.quantization).zero_point;
  return zero == 0 ? code : b.op(PpuOpcode::isub, code, b.whole(zero));
}

}  // namespace

Reg load_zero_point(PpuBuilder& b, const Graph& graph, const Node& node, std::size_t index,
                    const Reg& channel) {
  if (!has_input(node, index)) return b.whole(0);
  const PpuOperand operand = input_operand(graph, node, index);
  const Reg base = b.address(operand.kind, operand.index);
  const bool apart = operand.size() > 1;
  const Reg address = apart ? iadd(b, base, imul(b, channel, b.whole(bytes_of(operand.type)))) : base;
  return load_raw(b, operand, address, b.whole(0));
}

std::optional<PpuKernel> direct_convolution(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ConvolutionAttributes>(node);
  Problem2d p = problem_of(graph, node, attr.groups);
  if (!are_real_maps(p)) return std::nullopt;
  set_forward(p, attr.window);
  return of_reals(graph, node, chip, p);
}

// Weights [in, out of a group, kernel].
std::optional<PpuKernel> direct_deconvolution(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<DeconvolutionAttributes>(node);
  Problem2d p = problem_of(graph, node, attr.groups);
  if (!are_real_maps(p)) return std::nullopt;
  p.taps = taps_of_deconvolution(attr.window, p.in.shape);
  p.weight_out = p.kernel();
  p.weight_in = p.out_channels() * p.kernel();
  p.weight_group = p.in_channels() * p.weight_in;
  return of_reals(graph, node, chip, p);
}

std::optional<PpuKernel> coded_convolution_ppu_kernel(const Graph& graph, const Node& node, const Chip& chip,
                                                      RequantRule rule, Ties ties) {
  const auto& attr = attributes<ConvolutionAttributes>(node);
  Problem2d p = problem_of(graph, node, attr.groups);
  for (const PpuOperand* operand : {&p.in, &p.weights, &p.out}) {
    if (!are_codes8(*operand)) return std::nullopt;
  }
  const bool one_scale = !p.in.quantization.per_channel() && !p.out.quantization.per_channel();
  const bool per_kernel = !p.weights.quantization.per_channel() || p.weights.quantization.channel_axis == 0;
  if (!one_scale || !per_kernel) return std::nullopt;
  const bool has_bias = has_input(node, 2);
  if (has_bias && graph.values[node.inputs[2]].quantization.dtype != DataType::int32) return std::nullopt;
  set_forward(p, attr.window);
  PpuBuilder b(chip);
  const Lane lane = begin(b, p);
  const Reg sum = b.variable(b.whole(0));
  if (has_bias) {
    const Reg at = iadd(b, b.address(PpuOperandKind::input, 2), imul(b, lane.channel, b.whole(4)));
    b.load_into(sum, PpuType::i32, at, b.whole(0));
  }
  walk(b, p, lane, raw_zero(b, p.in), [&](const Reg& raw, const Reg& weight) {
    b.into(sum, PpuOpcode::iadd, sum, imul(b, centred(b, p.in, raw), centred(b, p.weights, weight)));
  });
  const bool matrix = !attr.depthwise && attr.groups == 1;
  const SumRequantizer codes(b, p.out, {rule, ties, matrix}, factors_of(p));
  store_raw(b, p.out, codes.code(sum, lane.channel), lane.output, b.whole(0));
  return b.finish(threads_for(p.out.size()));
}

// Sums of (x - z_x) (w - z_w); the padding holds z_x.
std::optional<PpuKernel> convolution_integer(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ConvolutionAttributes>(node);
  Problem2d p = problem_of(graph, node, attr.groups);
  if (!is_map(p.in) || !is_map(p.weights) || !is_map(p.out) || p.out.type != DataType::int32)
    return std::nullopt;
  set_forward(p, attr.window);
  PpuBuilder b(chip);
  const Lane lane = begin(b, p);
  const Reg zero_x = load_zero_point(b, graph, node, 2, nullptr);
  const Reg zero_w = load_zero_point(b, graph, node, 3, lane.channel);
  const Reg sum = b.variable(b.whole(0));
  walk(b, p, lane, zero_x, [&](const Reg& raw, const Reg& weight) {
    const Reg x = b.op(PpuOpcode::isub, raw, zero_x), w = b.op(PpuOpcode::isub, weight, zero_w);
    b.into(sum, PpuOpcode::iadd, sum, imul(b, x, w));
  });
  store_raw(b, p.out, sum, lane.output, b.whole(0));
  return b.finish(threads_for(p.out.size()));
}

}  // namespace trireme
