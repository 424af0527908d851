// SPDX-License-Identifier: Apache-2.0
// Pools over windows of a map and the normalisation over neighbouring channels. Four outputs a thread, one a
// lane; every tap of the window is one turn of a loop, lanes beyond the border are held back.
#include <functional>
#include <limits>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "compiler/ppu_kernels/qlinear.h"
#include "model/graph/attributes.h"
#include "model/graph/average_order.h"

namespace trireme {

namespace {

using namespace ppu;
using Type = PoolingAttributes::Type;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The lane's output: byte address of its map, where its window begins, and where the result goes.
struct Place {
  Reg map, y, x, output, element;
};

Place locate_window(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out, const Window& w) {
  Place place;
  const Reg flat = lane_element(b, out.size());
  const std::int64_t map_bytes = in.shape[2] * in.shape[3] * bytes_of(in.type);
  const std::vector<Reg> parts = decompose(b, flat, {out.shape[0] * out.shape[1], out.shape[2], out.shape[3]},
                                           {{map_bytes, 0, 0}, {0, w.stride_h, 0}, {0, 0, w.stride_w}});
  place.map = iadd(b, b.address(in.kind, in.index), parts[0]);
  place.y = iadd(b, parts[1], b.whole(-w.pad_top));
  place.x = iadd(b, parts[2], b.whole(-w.pad_left));
  place.element = flat;
  place.output = iadd(b, b.address(out.kind, out.index), imul(b, flat, b.whole(bytes_of(out.type))));
  return place;
}

// For every tap: `body` with its element, the predicate saying whether there is one, and its flat index in
// the map. Lanes without hold `outside`.
void for_each_tap(PpuBuilder& b, const PpuOperand& in, const Window& w, const Place& place,
                  const Reg& outside, const std::function<void(const Reg& raw, const Reg& index)>& body) {
  const Reg y = b.variable(place.y), x = b.variable();
  const Reg width = b.whole(in.shape[3]), height = b.whole(in.shape[2]), zero = b.whole(0);
  const Reg bytes = b.whole(bytes_of(in.type)), step = b.whole(w.dilation_w);
  const Reg raw = b.variable();
  b.loop(w.kernel_h, [&] {
    b.assign(x, place.x);
    b.loop(w.kernel_w, [&] {
      const Reg index = iadd(b, imul(b, y, width), x);
      const Reg address = iadd(b, place.map, imul(b, index, bytes));
      b.test(PpuOpcode::ult, x, width);
      b.test(PpuOpcode::ult, y, height, true);
      b.assign(raw, outside);
      b.where([&] { b.load_into(raw, memory_type(in.type), address, zero); });
      body(raw, index);
      b.into(x, PpuOpcode::iadd, x, step);
    });
    b.into(y, PpuOpcode::iadd, y, b.whole(w.dilation_h));
  });
}

// Of codes the maximum is that of the codes; it is requantized only between different parameters.
Reg lowest(PpuBuilder& b, const PpuOperand& in) {
  return is_float(in.type) ? b.real(-kInfinity) : b.whole(std::numeric_limits<std::int32_t>::min());
}

std::optional<PpuKernel> max_pool(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out,
                                  const Window& w) {
  const Place place = locate_window(b, in, out, w);
  const Reg outside = lowest(b, in), best = b.variable(outside);
  const PpuOpcode opcode = is_float(in.type) ? PpuOpcode::fmax : PpuOpcode::imax;
  for_each_tap(b, in, w, place, outside,
               [&](const Reg& raw, const Reg&) { b.into(best, opcode, best, raw); });
  const bool alike = in.type == out.type && same_parameters(in.quantization, out.quantization);
  if (alike) {
    store_raw(b, out, best, place.output, b.whole(0));
  } else {
    store_real(b, out, as_real(b, in, best), place.output, b.whole(0));
  }
  return b.finish(threads_for(out.size()));
}

// Sum and number of the window's elements, row by row.
struct WindowSum {
  Reg sum, count;
};

WindowSum sum_by_rows(PpuBuilder& b, const PpuOperand& in, const Window& w, const Place& place) {
  const WindowSum result{b.variable(b.whole(0)), b.variable(b.whole(0))};
  const Reg outside = raw_zero(b, in), one = b.real(1);
  const std::vector<Reg> held = load_constants(b, in);
  for_each_tap(b, in, w, place, outside, [&](const Reg& raw, const Reg&) {
    b.into(result.sum, PpuOpcode::fadd, result.sum, as_real(b, in, raw));
    b.where([&] { b.into(result.count, PpuOpcode::fadd, result.count, one); });
  });
  return result;
}

// Column by column: a column is a window of its own, one element wide.
WindowSum sum_by_columns(PpuBuilder& b, const PpuOperand& in, const Window& w, const Place& place) {
  const WindowSum result{b.variable(b.whole(0)), b.variable(b.whole(0))};
  const Reg column = b.variable(), x = b.variable(place.x);
  const Reg outside = raw_zero(b, in), one = b.real(1);
  const std::vector<Reg> held = load_constants(b, in);
  Window narrow = w;
  narrow.kernel_w = 1;
  Place at = place;
  at.x = x;
  b.loop(w.kernel_w, [&] {
    b.assign(column, b.whole(0));
    for_each_tap(b, in, narrow, at, outside, [&](const Reg& raw, const Reg&) {
      b.into(column, PpuOpcode::fadd, column, as_real(b, in, raw));
      b.where([&] { b.into(result.count, PpuOpcode::fadd, result.count, one); });
    });
    b.into(result.sum, PpuOpcode::fadd, result.sum, column);
    b.into(x, PpuOpcode::iadd, x, b.whole(w.dilation_w));
  });
  return result;
}

// The whole map in four sums, then what is left over.
WindowSum sum_by_lanes(PpuBuilder& b, const PpuOperand& in, const Place& place) {
  constexpr std::int64_t kSums = 4;
  const std::int64_t elements = in.shape[2] * in.shape[3], bytes = bytes_of(in.type);
  const Reg zero = b.whole(0), address = b.variable(place.map), turn = b.whole(kSums * bytes);
  const std::vector<Reg> held = load_constants(b, in);
  std::vector<Reg> sums;
  for (int i = 0; i < kSums; ++i) sums.push_back(b.variable(zero));
  b.loop(elements / kSums, [&] {
    for (std::int64_t i = 0; i < kSums; ++i) {
      const Reg& s = sums[static_cast<std::size_t>(i)];
      b.into(s, PpuOpcode::fadd, s, load_real(b, in, address, zero, i * bytes));
    }
    b.into(address, PpuOpcode::iadd, address, turn);
  });
  const Reg sum = b.variable(add(b, add(b, sums[0], sums[2]), add(b, sums[1], sums[3])));
  for (std::int64_t i = 0; i < elements % kSums; ++i)
    b.into(sum, PpuOpcode::fadd, sum, load_real(b, in, address, zero, i * bytes));
  return {sum, b.real(static_cast<float>(elements))};
}

WindowSum window_sum(PpuBuilder& b, const PpuOperand& in, const Window& w, const Place& place) {
  switch (average_order(w, in.shape)) {
    case AverageOrder::rows:
      return sum_by_rows(b, in, w, place);
    case AverageOrder::columns:
      return sum_by_columns(b, in, w, place);
    case AverageOrder::lanes:
      return sum_by_lanes(b, in, place);
  }
  internal_error("unknown order of an average");
}

// Of the taps of one axis those in the map or its padding, counted from the first of the padding on.
Reg padded_taps(PpuBuilder& b, const Reg& first, std::int64_t taps, std::int64_t step, std::int64_t size) {
  const Reg count = b.variable(b.whole(0)), at = b.variable(first);
  const Reg end = b.whole(size), one = b.real(1), stride = b.whole(step);
  b.loop(taps, [&] {
    b.test(PpuOpcode::ult, at, end);
    b.where([&] { b.into(count, PpuOpcode::fadd, count, one); });
    b.into(at, PpuOpcode::iadd, at, stride);
  });
  return count;
}

// What the sum of a window is divided by; `inside`: its elements inside the map. Only a size that was rounded
// up lets windows reach beyond the padding, where nothing counts.
Reg divisor(PpuBuilder& b, const PoolingAttributes& attr, const Shape& in, const Place& place,
            const Reg& inside) {
  const Window& w = attr.window;
  if (!attr.count_include_pad) return inside;
  if (!attr.ceil_mode) return b.real(static_cast<float>(w.kernel_h * w.kernel_w));
  const Reg y = iadd(b, place.y, b.whole(w.pad_top)), x = iadd(b, place.x, b.whole(w.pad_left));
  const Reg rows = padded_taps(b, y, w.kernel_h, w.dilation_h, w.pad_top + in[2] + w.pad_bottom);
  const Reg columns = padded_taps(b, x, w.kernel_w, w.dilation_w, w.pad_left + in[3] + w.pad_right);
  return mul(b, rows, columns);
}

std::optional<PpuKernel> average_pool(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out,
                                      const PoolingAttributes& attr) {
  const Window& w = attr.window;
  const Place place = locate_window(b, in, out, w);
  const auto [sum, count] = window_sum(b, in, w, place);
  store_real(b, out, div(b, sum, divisor(b, attr, in.shape, place, count)), place.output, b.whole(0));
  return b.finish(threads_for(out.size()));
}

// (sum |x|^p)^(1/p); what is outside counts as 0.
std::optional<PpuKernel> lp_pool(PpuBuilder& b, const PpuOperand& in, const PpuOperand& out,
                                 const PoolingAttributes& attr) {
  const Place place = locate_window(b, in, out, attr.window);
  const Reg sum = b.variable(b.whole(0)), outside = raw_zero(b, in);
  for_each_tap(b, in, attr.window, place, outside, [&](const Reg& raw, const Reg&) {
    const Reg x = abs(b, as_real(b, in, raw));
    const Reg term = attr.p == 1   ? x
                     : attr.p == 2 ? mul(b, x, x)
                                   : pow(b, x, b.real(static_cast<float>(attr.p)));
    b.into(sum, PpuOpcode::fadd, sum, term);
  });
  const Reg result = attr.p == 1   ? sum
                     : attr.p == 2 ? b.op(PpuOpcode::fsqrt, sum)
                                   : pow(b, sum, b.real(1 / static_cast<float>(attr.p)));
  store_real(b, out, result, place.output, b.whole(0));
  return b.finish(threads_for(out.size()));
}

std::optional<PpuKernel> pooling(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<PoolingAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (in.shape.size() != 4 || out.shape.size() != 4) return std::nullopt;
  if (!in.is_real() || !out.is_real() || !is_supported(in) || !is_supported(out)) return std::nullopt;
  PpuBuilder b(chip);
  if (attr.type == Type::max) return max_pool(b, in, out, attr.window);
  return attr.type == Type::avg ? average_pool(b, in, out, attr) : lp_pool(b, in, out, attr);
}

// The maximum and where it is: index in the whole input, rows before columns or the other way round. The
// first of equal elements.
std::optional<PpuKernel> pool_with_argmax(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<PoolingAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  const PpuOperand where = output_operand(graph, node, 1);
  const bool alike = in.type == out.type && same_parameters(in.quantization, out.quantization);
  if (in.shape.size() != 4 || !alike || where.is_real() || !is_supported(in) || !is_supported(where))
    return std::nullopt;
  PpuBuilder b(chip);
  const Place place = locate_window(b, in, out, attr.window);
  const Reg outside = lowest(b, in), best = b.variable(outside), best_index = b.variable(b.whole(-1));
  const PpuOpcode less = is_float(in.type) ? PpuOpcode::flt : PpuOpcode::ilt;
  for_each_tap(b, in, attr.window, place, outside, [&](const Reg& raw, const Reg& index) {
    b.test(less, best, raw);
    b.where([&] {
      b.assign(best, raw);
      b.assign(best_index, index);
    });
  });
  if (attr.index_column_major) {
    const Reg y = b.op(PpuOpcode::idiv, best_index, b.whole(in.shape[3]));
    const Reg x = b.op(PpuOpcode::imod, best_index, b.whole(in.shape[3]));
    b.into(best_index, PpuOpcode::iadd, imul(b, x, b.whole(in.shape[2])), y);
  }
  const Reg map = b.op(PpuOpcode::idiv, place.element, b.whole(out.shape[2] * out.shape[3]));
  b.into(best_index, PpuOpcode::iadd, best_index, imul(b, map, b.whole(in.shape[2] * in.shape[3])));
  store_raw(b, out, best, place.output, b.whole(0));
  const Reg at = imul(b, place.element, b.whole(bytes_of(where.type)));
  store_raw(b, where, best_index, iadd(b, b.address(where.kind, where.index), at), b.whole(0));
  return b.finish(threads_for(out.size()));
}

// x / (bias + alpha / size * sum of squares)^beta: a window of (size - 1) / 2 channels before, the rest
// after.
std::optional<PpuKernel> lrn(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<LrnAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (in.shape.size() < 2 || !in.is_real() || !out.is_real()) return std::nullopt;
  if (!is_supported(in) || !is_supported(out)) return std::nullopt;
  PpuBuilder b(chip);
  const std::int64_t channels = in.shape[1], inner = row_major_strides(in.shape)[1];
  const Reg flat = lane_element(b, out.size());
  const std::int64_t before = (attr.size - 1) / 2;
  const Reg channel_of =
      b.op(PpuOpcode::imod, b.op(PpuOpcode::idiv, flat, b.whole(inner)), b.whole(channels));
  const Reg channel = b.variable(iadd(b, channel_of, b.whole(-before)));
  const Reg own = iadd(b, b.address(in.kind, in.index), imul(b, flat, b.whole(bytes_of(in.type))));
  const Reg address = b.variable(iadd(b, own, b.whole(-before * inner * bytes_of(in.type))));
  const Reg sum = b.variable(b.whole(0)), raw = b.variable();
  b.loop(attr.size, [&] {
    b.test(PpuOpcode::ult, channel, b.whole(channels));
    b.assign(raw, raw_zero(b, in));
    b.where([&] { b.load_into(raw, memory_type(in.type), address, b.whole(0)); });
    const Reg x = as_real(b, in, raw);
    b.into(sum, PpuOpcode::fadd, sum, mul(b, x, x));
    b.into(channel, PpuOpcode::iadd, channel, b.whole(1));
    b.into(address, PpuOpcode::iadd, address, b.whole(inner * bytes_of(in.type)));
  });
  const float scale = attr.alpha / static_cast<float>(attr.size);
  const Reg base = add(b, b.real(attr.bias), mul(b, b.real(scale), sum));
  const Reg x = load_real(b, in, own, b.whole(0));
  const Reg y = div(b, x, exp(b, mul(b, b.real(attr.beta), log(b, base))));
  const Reg at = imul(b, flat, b.whole(bytes_of(out.type)));
  store_real(b, out, y, iadd(b, b.address(out.kind, out.index), at), b.whole(0));
  return b.finish(threads_for(out.size()));
}

}  // namespace

// Row by row; the zero point is added before the result is rounded. The average of a whole map is another
// one.
std::optional<PpuKernel> qlinear_average_pool(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<PoolingAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  if (in.shape.size() != 4 || covers_map(attr.window, in.shape)) return std::nullopt;
  PpuBuilder b(chip);
  const Place place = locate_window(b, in, out, attr.window);
  const auto [sum, count] = sum_by_rows(b, in, attr.window, place);
  const Reg mean = div(b, sum, divisor(b, attr, in.shape, place, count));
  const Reg steps = div(b, mean, b.real(out.quantization.scale.at(0)));
  const Reg code = add(b, steps, b.real(static_cast<float>(out.quantization.zero_point.at(0))));
  store_raw(b, out, nearest_code(b, out, code, 0), place.output, b.whole(0));
  return b.finish(threads_for(out.size()));
}

std::vector<PpuKernelRow> pooling_ppu_kernels() {
  return {{"pooling", pooling}, {"poolwithargmax", pool_with_argmax}, {"localresponsenormalization", lrn}};
}

}  // namespace trireme
