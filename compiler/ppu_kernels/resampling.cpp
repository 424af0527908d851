// SPDX-License-Identifier: Apache-2.0
// Padding and resizing. Which input elements an output coordinate needs, and with which weights, depends on
// one axis at a time: tables say it, made here; the program adds up the axes.
#include "compiler/ppu_kernels/resampling.h"

#include <algorithm>
#include <cmath>

#include "compiler/ppu_kernels/families.h"
#include "compiler/ppu_kernels/index_space.h"
#include "compiler/ppu_kernels/math.h"
#include "model/graph/attributes.h"
#include "model/graph/resize_rules.h"

namespace trireme {

namespace {

using namespace ppu;
using Coordinates = ResizeAttributes::Coordinates;
using Method = ResizeAttributes::Method;

constexpr std::int64_t kWord = 4;
constexpr std::int64_t kOutside = -1;

// One axis: for every output coordinate its taps, input coordinates (kOutside: the fill value) and weights.
struct AxisTaps {
  std::int64_t taps = 1;
  std::vector<std::int64_t> input;
  std::vector<float> weights;

  bool moves(std::int64_t size) const {
    if (taps != 1 || static_cast<std::int64_t>(input.size()) != size) return true;
    for (std::size_t i = 0; i < input.size(); ++i) {
      if (input[i] != static_cast<std::int64_t>(i)) return true;
    }
    return false;
  }
  bool reaches_outside() const { return std::find(input.begin(), input.end(), kOutside) != input.end(); }
};

// An axis with a table: where the lane's entries are.
struct TableWalk {
  Reg offsets, weights;
  std::int64_t taps;
};

struct Resampling {
  const PpuOperand &in, &out;
  std::vector<AxisTaps> axes;
  double fill;
  bool axis_by_axis =
      false;  // weighted sums of weighted sums; else every corner with the product of its weights

  bool alike() const { return in.type == out.type && same_parameters(in.quantization, out.quantization); }
  bool weighted() const {
    return std::any_of(axes.begin(), axes.end(), [](const AxisTaps& axis) { return axis.taps > 1; });
  }
  bool reaches_outside() const {
    return std::any_of(axes.begin(), axes.end(), [](const AxisTaps& axis) { return axis.reaches_outside(); });
  }
};

// The table of an axis in bytes of the input; outside is a negative number that no sum of offsets makes
// positive.
PpuOperand offsets_of(PpuBuilder& b, const AxisTaps& axis, std::int64_t stride) {
  std::vector<std::int32_t> offsets;
  for (const std::int64_t i : axis.input)
    offsets.push_back(static_cast<std::int32_t>(i == kOutside ? -1 : i * stride));
  return table_operand(b, {static_cast<std::int64_t>(offsets.size())}, offsets);
}

Reg fill_value(PpuBuilder& b, const Resampling& r, bool raw) {
  const auto real = static_cast<float>(r.fill);
  if (!raw || is_float(r.in.type)) return b.real(real);
  if (!r.in.quantization.quantized()) return b.whole(static_cast<std::int64_t>(r.fill));
  return b.whole(
      static_cast<std::int64_t>(element(quantize(Tensor::of<float>({1}, {real}), r.in.quantization), 0)));
}

// The element at `base` + the offsets in `walks`, or the fill value if one of them is outside.
Reg fetch(PpuBuilder& b, const Resampling& r, const Reg& base, const std::vector<Reg>& offsets, bool raw) {
  Reg address = base, outside;
  for (const Reg& offset : offsets) {
    address = iadd(b, address, offset);
    outside = outside == nullptr ? offset : b.op(PpuOpcode::ior, outside, offset);
  }
  if (!r.reaches_outside())
    return raw ? load_raw(b, r.in, address, b.whole(0)) : load_real(b, r.in, address, b.whole(0));
  const Reg fill = fill_value(b, r, raw), value = b.variable(raw_zero(b, r.in));
  b.test(PpuOpcode::ilt, outside, b.whole(0));
  b.invert();
  b.where([&] { b.load_into(value, memory_type(r.in.type), address, b.whole(0)); });
  const Reg converted = raw ? value : as_real(b, r.in, value);
  return b.select(converted, fill);
}

// A corner's weight: the product of its axes' weights, innermost first.
Reg product_of(PpuBuilder& b, const std::vector<Reg>& weights) {
  Reg product = weights.back();
  for (std::size_t i = weights.size() - 1; i-- > 0;) product = mul(b, product, weights[i]);
  return product;
}

// The taps of axis `i` and of those inside it, with the offsets and weights of those outside it.
void add_taps(PpuBuilder& b, const Resampling& r, const std::vector<TableWalk>& walks, std::size_t i,
              const Reg& base, std::vector<Reg> offsets, std::vector<Reg> weights, const Reg& sum) {
  if (i == walks.size()) {
    return b.into(sum, PpuOpcode::fmad, fetch(b, r, base, offsets, false), product_of(b, weights));
  }
  const TableWalk& walk = walks[i];
  const Reg zero = b.whole(0), word = b.whole(kWord);
  b.loop(walk.taps, [&] {
    offsets.push_back(b.load(PpuType::i32, walk.offsets, zero));
    const Reg own = b.load(PpuType::f32, walk.weights, zero);
    if (r.axis_by_axis && i + 1 < walks.size()) {
      const Reg inner = b.variable(zero);
      add_taps(b, r, walks, i + 1, base, offsets, {}, inner);
      b.into(sum, PpuOpcode::fmad, inner, own);
    } else {
      weights.push_back(own);
      add_taps(b, r, walks, i + 1, base, offsets, weights, sum);
    }
    for (const Reg& table : {walk.offsets, walk.weights}) b.into(table, PpuOpcode::iadd, table, word);
  });
  for (const Reg& table : {walk.offsets, walk.weights})
    b.into(table, PpuOpcode::iadd, table, b.whole(-walk.taps * kWord));
}

std::optional<PpuKernel> emit(const Resampling& r, const Chip& chip) {
  const bool raw = r.alike() && !r.weighted();
  if (!is_supported(r.in) || !is_supported(r.out)) return std::nullopt;
  if (!raw && !(r.in.is_real() && r.out.is_real())) return std::nullopt;
  PpuBuilder b(chip);
  const Reg element = lane_element(b, r.out.size());
  // 1. Axes that stay as they are give strides, the others entries of their tables.
  const Shape strides = row_major_strides(r.in.shape);
  std::vector<PpuOperand> tables, weights;
  std::vector<std::int64_t> taps;
  std::vector<Shape> walked = {Shape(r.axes.size(), 0)};
  for (std::size_t axis = 0; axis < r.axes.size(); ++axis) {
    const std::int64_t stride = strides[axis] * bytes_of(r.in.type);
    if (!r.axes[axis].moves(r.in.shape[axis])) {
      walked[0][axis] = stride;
      continue;
    }
    tables.push_back(offsets_of(b, r.axes[axis], stride));
    if (r.weighted())
      weights.push_back(
          table_operand(b, {static_cast<std::int64_t>(r.axes[axis].weights.size())}, r.axes[axis].weights));
    taps.push_back(r.axes[axis].taps);
    walked.emplace_back(r.axes.size(), 0);
    walked.back()[axis] = r.axes[axis].taps * kWord;
  }
  const std::vector<Reg> parts = decompose(b, element, r.out.shape, walked);
  const Reg base = iadd(b, b.address(r.in.kind, r.in.index), parts[0]);
  const Reg to = iadd(b, b.address(r.out.kind, r.out.index), imul(b, element, b.whole(bytes_of(r.out.type))));
  // 2. The element, or the weighted sum.
  if (!r.weighted()) {
    std::vector<Reg> offsets;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const Reg at = iadd(b, b.address(tables[i].kind, tables[i].index), parts[i + 1]);
      offsets.push_back(b.load(PpuType::i32, at, b.whole(0)));
    }
    const Reg value = fetch(b, r, base, offsets, raw);
    (raw ? store_raw : store_real)(b, r.out, value, to, b.whole(0), 0);
    return b.finish(threads_for(r.out.size()));
  }
  std::vector<TableWalk> walks;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    walks.push_back({iadd(b, b.address(tables[i].kind, tables[i].index), parts[i + 1]),
                     iadd(b, b.address(weights[i].kind, weights[i].index), parts[i + 1]), taps[i]});
  }
  const Reg sum = b.variable(b.whole(0));
  add_taps(b, r, walks, 0, base, {}, {}, sum);
  store_real(b, r.out, sum, to, b.whole(0));
  return b.finish(threads_for(r.out.size()));
}

std::int64_t padded_from(std::int64_t at, std::int64_t size, PadAttributes::Mode mode) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case PadAttributes::Mode::constant:
      return kOutside;
    case PadAttributes::Mode::edge:
      return std::clamp<std::int64_t>(at, 0, size - 1);
    case PadAttributes::Mode::wrap:
      return (at % size + size) % size;
    case PadAttributes::Mode::reflect: {  // period 2 (size - 1): … 2 1 0 1 2 …
      const std::int64_t period = std::max<std::int64_t>(1, 2 * (size - 1)),
                         folded = (at % period + period) % period;
      return folded < size ? folded : period - folded;
    }
  }
  return kOutside;
}

std::optional<PpuKernel> pad(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<PadAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  Resampling r{in, out, {}, attr.value};
  for (std::size_t axis = 0; axis < out.shape.size(); ++axis) {
    AxisTaps taps;
    for (std::int64_t i = 0; i < out.shape[axis]; ++i) {
      taps.input.push_back(padded_from(i - attr.before[axis], in.shape[axis], attr.mode));
      taps.weights.push_back(1);
    }
    r.axes.push_back(std::move(taps));
  }
  return emit(r, chip);
}

// Where output coordinate i lies in the input, in float32 (ONNX, Resize).
float original(const ResizeAttributes& attr, std::size_t axis, std::size_t rank, std::int64_t i,
               std::int64_t in, std::int64_t out) {
  const float scale = attr.scales[axis], x = static_cast<float>(i);
  const auto input = static_cast<float>(in), output = static_cast<float>(out);
  const float length = resized_length(scale, in, out);
  switch (attr.coordinates) {
    case Coordinates::half_pixel:
      return (x + 0.5F) / scale - 0.5F;
    case Coordinates::half_pixel_symmetric: {
      const float offset = input / 2 * (1 - output / (scale * input));
      return offset + (x + 0.5F) / scale - 0.5F;
    }
    case Coordinates::pytorch_half_pixel:
      return out > 1 ? (x + 0.5F) / scale - 0.5F : 0;
    case Coordinates::asymmetric:
      return x / scale;
    case Coordinates::align_corners:
      return out == 1 ? 0 : x * (input - 1) / (length - 1);
    case Coordinates::tf_half_pixel_for_nn:
      return (x + 0.5F) / scale;
    case Coordinates::tf_crop_and_resize: {
      const float start = attr.roi[axis], end = attr.roi[axis + rank];
      return out > 1 ? start * (input - 1) + x * (end - start) * (input - 1) / (length - 1)
                     : 0.5F * (start + end) * (input - 1);
    }
  }
  return x;
}

double nearest(ResizeAttributes::Nearest mode, double x) {
  switch (mode) {
    case ResizeAttributes::Nearest::round_prefer_floor:
      return std::ceil(x - 0.5);
    case ResizeAttributes::Nearest::round_prefer_ceil:
      return std::floor(x + 0.5);
    case ResizeAttributes::Nearest::floor:
      return std::floor(x);
    case ResizeAttributes::Nearest::ceil:
      return std::ceil(x);
  }
  return x;
}

// Keys' cubic with coefficient a, at distance d.
float cubic(float a, float d) {
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

void add_tap(AxisTaps& taps, std::int64_t at, std::int64_t size, float weight) {
  taps.input.push_back(std::clamp<std::int64_t>(at, 0, size - 1));
  taps.weights.push_back(weight);
}

void add_cubic_taps(const ResizeAttributes& attr, AxisTaps& taps, float x, std::int64_t size) {
  const float base = std::floor(x), above = x - base, below = 1 - above;
  const float distance[4] = {above + 1, above, below, below + 1};
  float weights[4], total = 0;
  for (int k = 0; k < 4; ++k) {
    const float at = base - 1 + static_cast<float>(k);
    const bool outside = at < 0 || at >= static_cast<float>(size);
    weights[k] = attr.exclude_outside && outside ? 0 : cubic(attr.cubic_coefficient, distance[k]);
    total += weights[k];
  }
  for (int k = 0; k < 4; ++k) {
    const auto at = static_cast<std::int64_t>(base) - 1 + k;
    add_tap(taps, at, size, attr.exclude_outside ? weights[k] / total : weights[k]);
  }
}

// `interpolated`: one of the axes between whose elements a linear interpolation weighs.
AxisTaps taps_of(const ResizeAttributes& attr, std::size_t axis, const Shape& in, const Shape& out,
                 bool interpolated) {
  AxisTaps taps;
  const std::int64_t size = in[axis];
  const bool stays =
      size == out[axis] && attr.scales[axis] == 1 && attr.coordinates != Coordinates::tf_crop_and_resize;
  const bool same = stays && !(interpolated && attr.method == Method::linear);
  taps.taps = same || attr.method == Method::nearest ? 1 : attr.method == Method::linear ? 2 : 4;
  for (std::int64_t i = 0; i < out[axis]; ++i) {
    const float x = same ? static_cast<float>(i) : original(attr, axis, in.size(), i, size, out[axis]);
    const bool outside =
        attr.coordinates == Coordinates::tf_crop_and_resize && (x < 0 || x > static_cast<float>(size - 1));
    if (outside) {
      for (std::int64_t k = 0; k < taps.taps; ++k) {
        taps.input.push_back(kOutside);
        taps.weights.push_back(k == 0 ? 1 : 0);
      }
    } else if (taps.taps == 1) {
      add_tap(taps, same ? i : static_cast<std::int64_t>(nearest(attr.nearest, static_cast<double>(x))), size,
              1);
    } else if (taps.taps == 2) {
      const float inside = std::clamp(x, 0.0F, static_cast<float>(size - 1));
      const auto base = static_cast<std::int64_t>(inside);
      const float fraction = inside - static_cast<float>(base);
      const bool last = base + 1 >= size;  // both taps are the last element, half of it each
      add_tap(taps, base, size, last ? 0.5F : 1 - fraction);
      add_tap(taps, base + 1, size, last ? 0.5F : fraction);
    } else {
      add_cubic_taps(attr, taps, x, size);
    }
  }
  return taps;
}

std::optional<PpuKernel> resize(const Graph& graph, const Node& node, const Chip& chip) {
  const auto& attr = attributes<ResizeAttributes>(node);
  const PpuOperand in = input_operand(graph, node, 0), out = output_operand(graph, node);
  const bool described =
      attr.scales.size() == in.shape.size() &&
      (attr.coordinates != Coordinates::tf_crop_and_resize || attr.roi.size() == 2 * in.shape.size());
  const bool excluding = attr.exclude_outside && attr.method == Method::linear;
  if (!described || attr.antialias || excluding) return std::nullopt;
  Resampling r{in, out, {}, static_cast<double>(attr.extrapolation_value)};
  const std::vector<std::size_t> weighed = interpolated_axes(attr, in.shape);
  for (std::size_t axis = 0; axis < in.shape.size(); ++axis) {
    const bool interpolated = std::find(weighed.begin(), weighed.end(), axis) != weighed.end();
    r.axes.push_back(taps_of(attr, axis, in.shape, out.shape, interpolated));
  }
  r.axis_by_axis = attr.method == Method::cubic;
  return emit(r, chip);
}

}  // namespace

std::optional<Shape> repeats_of_resize(const Graph& graph, const Node& node) {
  const auto& attr = attributes<ResizeAttributes>(node);
  const Shape &in = graph.values[node.inputs[0]].shape, &out = graph.values[node.outputs[0]].shape;
  if (attr.method != Method::nearest || attr.coordinates == Coordinates::tf_crop_and_resize ||
      attr.scales.size() != in.size())
    return std::nullopt;
  Shape repeats;
  for (std::size_t axis = 0; axis < in.size(); ++axis) {
    if (in[axis] == 0 || out[axis] % in[axis] != 0) return std::nullopt;
    repeats.push_back(out[axis] / in[axis]);
    const AxisTaps taps = taps_of(attr, axis, in, out, false);
    for (std::int64_t i = 0; i < out[axis]; ++i) {
      if (taps.input[static_cast<std::size_t>(i)] != i / repeats.back()) return std::nullopt;
    }
  }
  return repeats;
}

std::vector<PpuKernelRow> resampling_ppu_kernels() { return {{"pad", pad}, {"image_resize", resize}}; }

}  // namespace trireme
