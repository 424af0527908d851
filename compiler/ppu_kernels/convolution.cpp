// SPDX-License-Identifier: Apache-2.0
// Convolution and deconvolution. A thread has four output pixels, one a lane, of up to eight output channels:
// each input it loads meets eight weights, each weight vector four pixels. For every tap of the kernel the
// lanes that fall on padding are found once; the loop inside runs over the input channels.
#include "compiler/ppu_kernels/convolution.h"

#include <algorithm>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "timing/cycles.h"

namespace trireme {

namespace {

using namespace ppu;

constexpr std::int64_t kMaxChannels = 8;  // accumulators of a thread
constexpr std::int64_t kFloat = 4;        // bytes

struct Geometry {
  PpuOperand in, out;
  TapAxis y, x;
  std::int64_t groups, in_channels, out_channels;  // channels of a group
  std::int64_t together, blocks, width;            // channels of a thread; blocks of them; weights in a row
  std::vector<float> weights, bias;                // [group][block][ky][kx][ci][width], [group][block][width]

  std::int64_t out_pixels() const { return out.shape[2] * out.shape[3]; }
  std::int64_t block_weights() const { return y.taps * x.taps * in_channels * width; }
  bool on_padding() const { return reaches_out(y, out.shape[2]) || reaches_out(x, out.shape[3]); }

 private:
  static bool reaches_out(const TapAxis& axis, std::int64_t outputs) {
    const std::int64_t taps = (axis.taps - 1) * axis.tap_step, last = (outputs - 1) * axis.out_step;
    const std::int64_t low = axis.first + std::min<std::int64_t>(0, taps);
    const std::int64_t high = axis.first + last + std::max<std::int64_t>(0, taps);
    return axis.divisor != 1 || low < 0 || high >= axis.input;
  }
};

// `weight(o, i)`: where the taps of output channel o and input channel i of group g begin.
template <typename TapsOf>
void pack(Geometry& g, const Graph& graph, const Node& node, TapsOf taps_of) {
  const Tensor weights = to_float32(real_constant(graph.values[node.inputs[1]]));
  const bool has_bias = has_input(node, 2);
  const Tensor bias = has_bias ? to_float32(real_constant(graph.values[node.inputs[2]])) : Tensor();
  g.together = std::min(kMaxChannels, g.out_channels);
  g.blocks = ceil_div(g.out_channels, g.together);
  g.width = g.together == 1 ? 1 : ceil_div(g.together, std::int64_t{kPpuLanes}) * kPpuLanes;
  const std::int64_t taps = g.y.taps * g.x.taps;
  g.weights.assign(static_cast<std::size_t>(g.groups * g.blocks * g.block_weights()), 0);
  g.bias.assign(static_cast<std::size_t>(g.groups * g.blocks * g.width), 0);
  for (std::int64_t group = 0; group < g.groups; ++group) {
    for (std::int64_t o = 0; o < g.out_channels; ++o) {
      const std::int64_t block = group * g.blocks + o / g.together, k = o % g.together;
      if (has_bias) {
        g.bias[static_cast<std::size_t>(block * g.width + k)] =
            bias.data<float>()[group * g.out_channels + o];
      }
      for (std::int64_t i = 0; i < g.in_channels; ++i) {
        const float* from = weights.data<float>() + taps_of(group, o, i) * taps;
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          const std::int64_t to = block * g.block_weights() + (tap * g.in_channels + i) * g.width + k;
          g.weights[static_cast<std::size_t>(to)] = from[tap];
        }
      }
    }
  }
}

// Variables of a thread.
struct Thread {
  Reg input, weights, output, channel;  // bytes: of the group's input, the block's weights and outputs; and
                                        // how many of the group's channels come before the block
  Reg y, x;                             // of the first tap, before the division
  std::vector<Reg> sums;
};

Thread begin(PpuBuilder& b, const Geometry& g, const PpuOperand& weights, const PpuOperand& bias) {
  const std::int64_t in_map = g.in.shape[2] * g.in.shape[3] * bytes_of(g.in.type);
  const std::int64_t out_map = g.out_pixels() * bytes_of(g.out.type);
  const std::int64_t in_group = g.in_channels * in_map, out_group = g.out_channels * out_map;
  const std::int64_t block = g.block_weights() * kFloat, row = g.width * kFloat;
  const std::int64_t vectors = threads_for(g.out_pixels());
  // 1. Which image, group, block of channels and four pixels.
  const std::vector<Reg> parts = decompose(b, b.thread(), {g.out.shape[0], g.groups, g.blocks, vectors},
                                           {{g.groups * in_group, in_group, 0, 0},
                                            {0, g.blocks * block, block, 0},
                                            {g.groups * out_group, out_group, g.together * out_map, 0},
                                            {0, 0, g.together, 0},
                                            {0, g.blocks * row, row, 0},
                                            {0, 0, 0, kPpuLanes}});
  Thread t;
  t.input = iadd(b, b.address(g.in.kind, g.in.index), parts[0]);
  t.weights = iadd(b, b.address(weights.kind, weights.index), parts[1]);
  t.channel = parts[3];
  // 2. The sums begin with the bias.
  const Reg bias_address = iadd(b, b.address(bias.kind, bias.index), parts[4]);
  for (std::int64_t k = 0; k < g.together; ++k)
    t.sums.push_back(b.load(PpuType::f32, bias_address, b.whole(0), k * kFloat));
  // 3. The lane's pixel; past the end the last one again.
  Reg pixel = iadd(b, parts[5], b.lane_id());
  if (g.out_pixels() % kPpuLanes != 0) pixel = b.op(PpuOpcode::imin, pixel, b.whole(g.out_pixels() - 1));
  const Reg bytes = imul(b, pixel, b.whole(bytes_of(g.out.type)));
  t.output = iadd(b, iadd(b, b.address(g.out.kind, g.out.index), parts[2]), bytes);
  const Reg row_of = b.op(PpuOpcode::idiv, pixel, b.whole(g.out.shape[3]));
  const Reg column_of = b.op(PpuOpcode::imod, pixel, b.whole(g.out.shape[3]));
  t.y = iadd(b, imul(b, row_of, b.whole(g.y.out_step)), b.whole(g.y.first));
  t.x = iadd(b, imul(b, column_of, b.whole(g.x.out_step)), b.whole(g.x.first));
  return t;
}

// All input channels of one tap.
void accumulate_tap(PpuBuilder& b, const Geometry& g, Thread& t, const Reg& y, const Reg& x) {
  const bool tested = g.on_padding();
  const Reg address = b.variable();
  {
    const Reg row = coordinate(b, g.y, y, tested, false), column = coordinate(b, g.x, x, tested, true);
    const Reg pixel = iadd(b, imul(b, row, b.whole(g.in.shape[3])), column);
    b.into(address, PpuOpcode::imul, pixel, b.whole(bytes_of(g.in.type)));
    b.into(address, PpuOpcode::iadd, address, t.input);
  }
  const Reg raw = b.variable(raw_zero(b, g.in));
  const Reg zero = b.whole(0), word = b.whole(kFloat), row_bytes = b.whole(g.width * kFloat);
  const Reg plane = b.whole(g.in.shape[2] * g.in.shape[3] * bytes_of(g.in.type));
  const std::vector<Reg> constants = load_constants(b, g.in);
  b.loop(g.in_channels, [&] {
    const auto load = [&] { b.load_into(raw, memory_type(g.in.type), address, zero); };
    tested ? b.where(load) : load();
    const Reg value = as_real(b, g.in, raw);
    if (g.together == 1) {
      b.into(t.sums[0], PpuOpcode::fmad, value, b.load(PpuType::f32, t.weights, zero));
    } else {
      Reg weights;
      for (std::int64_t k = 0; k < g.together; ++k) {
        if (k % kPpuLanes == 0) weights = b.load(PpuType::f32, t.weights, word, k * kFloat);
        b.into(t.sums[static_cast<std::size_t>(k)], PpuOpcode::fmadl, value, weights,
               static_cast<int>(k % kPpuLanes));
      }
    }
    b.into(address, PpuOpcode::iadd, address, plane);
    b.into(t.weights, PpuOpcode::iadd, t.weights, row_bytes);
  });
}

constexpr std::int64_t kUnrolledTaps = 16;
constexpr std::int64_t kFarOutside = -(1 << 30);  // no tap brings a column back from there

// One channel in and out, as depthwise convolutions have them: there is nothing to walk through at a tap.
bool is_single(const Geometry& g) {
  return g.together == 1 && g.in_channels == 1 && g.y.divisor == 1 && g.x.divisor == 1 &&
         g.x.taps <= kUnrolledTaps;
}

// All taps of a row, one after the other: lanes whose row is outside have their column far outside, and then
// a test a tap is enough.
void accumulate_row(PpuBuilder& b, const Geometry& g, Thread& t) {
  const bool tested = g.on_padding();
  const std::int64_t bytes = bytes_of(g.in.type), row_weights = g.x.taps * kFloat;
  const Reg pixel = iadd(b, imul(b, t.y, b.whole(g.in.shape[3])), t.x);
  const Reg address = iadd(b, imul(b, pixel, b.whole(bytes)), t.input);
  const Reg zero = b.whole(0), width = b.whole(g.x.input), nothing = raw_zero(b, g.in);
  const Reg raw = b.variable(), x = b.variable();
  if (tested) {
    b.test(PpuOpcode::ult, t.y, b.whole(g.y.input));
    b.assign(x, b.select(t.x, b.whole(kFarOutside)));
  }
  for (std::int64_t tap = 0; tap < g.x.taps; ++tap) {
    const auto load = [&] {
      b.load_into(raw, memory_type(g.in.type), address, zero, tap * g.x.tap_step * bytes);
    };
    if (tested) {
      if (tap > 0) b.into(x, PpuOpcode::iadd, x, b.whole(g.x.tap_step));
      b.test(PpuOpcode::ult, x, width);
      b.assign(raw, nothing);
    }
    tested ? b.where(load) : load();
    b.into(t.sums[0], PpuOpcode::fmad, as_real(b, g.in, raw),
           b.load(PpuType::f32, t.weights, zero, tap * kFloat));
  }
  b.into(t.weights, PpuOpcode::iadd, t.weights, b.whole(row_weights));
}

// All taps, row by row.
void accumulate_taps(PpuBuilder& b, const Geometry& g, Thread& t) {
  const bool single = is_single(g);
  const Reg x = b.variable();
  std::vector<Reg> held;  // for the loop to find them; with many sums there are no registers for it
  if (single) {
    held = load_constants(b, g.in);
    held.insert(held.end(), {b.whole(0), b.whole(g.x.input), raw_zero(b, g.in), b.whole(g.x.tap_step)});
  }
  b.loop(g.y.taps, [&] {
    if (single) {
      accumulate_row(b, g, t);
    } else {
      b.assign(x, t.x);
      b.loop(g.x.taps, [&] {
        accumulate_tap(b, g, t, t.y, x);
        b.into(x, PpuOpcode::iadd, x, b.whole(g.x.tap_step));
      });
    }
    b.into(t.y, PpuOpcode::iadd, t.y, b.whole(g.y.tap_step));
  });
}

std::optional<PpuKernel> emit(const Geometry& g, const Chip& chip) {
  PpuBuilder b(chip);
  const PpuOperand weights = table_operand(b, {static_cast<std::int64_t>(g.weights.size())}, g.weights);
  const PpuOperand bias = table_operand(b, {static_cast<std::int64_t>(g.bias.size())}, g.bias);
  Thread t = begin(b, g, weights, bias);
  accumulate_taps(b, g, t);
  // Results; the last block may have fewer channels than sums.
  const std::int64_t map = g.out_pixels() * bytes_of(g.out.type);
  const bool partial = g.out_channels % g.together != 0;
  for (std::int64_t k = 0; k < g.together; ++k) {
    const auto store = [&] {
      store_real(b, g.out, t.sums[static_cast<std::size_t>(k)], t.output, b.whole(0), k * map);
    };
    if (partial) b.test(PpuOpcode::ilt, t.channel, b.whole(g.out_channels - k));
    partial ? b.where(store) : store();
  }
  return b.finish(g.out.shape[0] * g.groups * g.blocks * threads_for(g.out_pixels()));
}

bool begins(const Graph& graph, const Node& node, Geometry& g, std::int64_t groups) {
  g.in = input_operand(graph, node, 0);
  g.out = output_operand(graph, node);
  const bool constant = graph.values[node.inputs[1]].constant != nullptr &&
                        (!has_input(node, 2) || graph.values[node.inputs[2]].constant != nullptr);
  if (!constant || g.in.shape.size() != 4 || g.out.shape.size() != 4) return false;
  g.groups = groups;
  g.in_channels = g.in.shape[1] / groups;
  g.out_channels = g.out.shape[1] / groups;
  return g.in.is_real() && g.out.is_real() && is_supported(g.in) && is_supported(g.out);
}

void set_taps(Geometry& g, const TapAxes& axes) {
  g.y = axes.y;
  g.x = axes.x;
}

std::optional<PpuKernel> convolution(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ConvolutionAttributes>(node);
  Geometry g;
  if (!begins(graph, node, g, attr.groups)) return direct_convolution(graph, node, chip);
  set_taps(g, taps_of_convolution(attr.window, g.in.shape));
  pack(g, graph, node, [&](std::int64_t group, std::int64_t o, std::int64_t i) {
    return (group * g.out_channels + o) * g.in_channels + i;
  });
  return emit(g, chip);
}

std::optional<PpuKernel> deconvolution(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<DeconvolutionAttributes>(node);
  Geometry g;
  if (!begins(graph, node, g, attr.groups)) return direct_deconvolution(graph, node, chip);
  set_taps(g, taps_of_deconvolution(attr.window, g.in.shape));
  pack(g, graph, node, [&](std::int64_t group, std::int64_t o, std::int64_t i) {
    return (group * g.in_channels + i) * g.out_channels + o;
  });
  return emit(g, chip);
}

}  // namespace

TapAxes taps_of_convolution(const Window& w, const Shape& in) {
  return {{w.stride_h, -w.pad_top, w.dilation_h, 1, w.kernel_h, in[2]},
          {w.stride_w, -w.pad_left, w.dilation_w, 1, w.kernel_w, in[3]}};
}

TapAxes taps_of_deconvolution(const Window& w, const Shape& in) {
  return {{1, w.pad_top, -w.dilation_h, w.stride_h, w.kernel_h, in[2]},
          {1, w.pad_left, -w.dilation_w, w.stride_w, w.kernel_w, in[3]}};
}

Reg coordinate(PpuBuilder& b, const TapAxis& axis, const Reg& at, bool tested, bool also) {
  Reg result = at;
  if (axis.divisor != 1) {
    result = b.op(PpuOpcode::idiv, at, b.whole(axis.divisor));
    b.test(PpuOpcode::ieq, b.op(PpuOpcode::imod, at, b.whole(axis.divisor)), b.whole(0), also);
    also = true;
  }
  if (tested) b.test(PpuOpcode::ult, result, b.whole(axis.input), also);
  return result;
}

std::vector<PpuKernelRow> convolution_ppu_kernels() {
  return {{"convolution", convolution},
          {"deconvolution", deconvolution},
          {"convolution_integer", convolution_integer}};
}

}  // namespace trireme
