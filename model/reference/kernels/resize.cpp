// SPDX-License-Identifier: Apache-2.0
// image_resize, axis by axis: every output coordinate is a weighted sum of input elements on that axis. The
// formulas are those of ONNX's Resize; coordinates in float32, as ONNX Runtime has them (a pixel on an edge
// may fall to either side), weights and sums in double, rounded once.
#include <algorithm>
#include <cmath>

#include "model/graph/attributes.h"
#include "model/graph/resized_length.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

namespace {

using Coordinates = ResizeAttributes::Coordinates;
using Method = ResizeAttributes::Method;
using Nearest = ResizeAttributes::Nearest;

struct Term {
  std::int64_t index;
  double weight;
};

struct Axis {
  std::int64_t in = 1, out = 1;
  std::vector<std::vector<Term>> terms;  // of every output index; none: outside, the extrapolation value
};

struct Region {
  float begin, end;
};

float source_coordinate(Coordinates mode, std::int64_t index, const Axis& axis, float scale, Region roi) {
  const auto x = static_cast<float>(index);
  const auto in = static_cast<float>(axis.in), out = static_cast<float>(axis.out);
  const float length = resized_length(scale, axis.in, axis.out);
  switch (mode) {
    case Coordinates::half_pixel:
      return (x + 0.5F) / scale - 0.5F;
    case Coordinates::half_pixel_symmetric: {
      const float adjustment = out / (scale * in);
      return in / 2 * (1 - adjustment) + (x + 0.5F) / scale - 0.5F;
    }
    case Coordinates::pytorch_half_pixel:
      return axis.out > 1 ? (x + 0.5F) / scale - 0.5F : 0;
    case Coordinates::asymmetric:
      return x / scale;
    case Coordinates::align_corners:
      return axis.out > 1 ? x * (in - 1) / (length - 1) : 0;
    case Coordinates::tf_half_pixel_for_nn:
      return (x + 0.5F) / scale;
    case Coordinates::tf_crop_and_resize:
      return axis.out > 1 ? roi.begin * (in - 1) + x * (roi.end - roi.begin) * (in - 1) / (length - 1)
                          : 0.5F * (roi.begin + roi.end) * (in - 1);
  }
  return x;
}

double nearest_index(Nearest mode, double x) {
  switch (mode) {
    case Nearest::round_prefer_floor:
      return std::ceil(x - 0.5);
    case Nearest::round_prefer_ceil:
      return std::floor(x + 0.5);
    case Nearest::floor:
      return std::floor(x);
    case Nearest::ceil:
      return std::ceil(x);
  }
  return x;
}

// Keys' cubic with coefficient a; the triangle of linear interpolation.
double kernel_weight(const ResizeAttributes& attributes, double distance) {
  const double d = std::abs(distance);
  if (attributes.method == Method::linear) return d < 1 ? 1 - d : 0;
  const auto a = static_cast<double>(attributes.cubic_coefficient);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

// Neighbours of x within the kernel's support, which antialiasing widens when the image shrinks. Those
// outside of the axis repeat its edge, or, exclude_outside, are left out.
std::vector<Term> weighted_terms(const ResizeAttributes& a, const Axis& axis, double x, double scale) {
  const double narrow = a.antialias && scale < 1 ? scale : 1;
  const double support = (a.method == Method::linear ? 1 : 2) / narrow;
  const auto first = static_cast<std::int64_t>(std::floor(x - support)) + 1;
  const auto last = static_cast<std::int64_t>(std::ceil(x + support)) - 1;
  std::vector<Term> terms;
  double sum = 0;
  for (std::int64_t i = first; i <= last; ++i) {
    const bool outside = i < 0 || i >= axis.in;
    if (outside && a.exclude_outside) continue;
    const double weight = kernel_weight(a, (static_cast<double>(i) - x) * narrow);
    terms.push_back({std::clamp<std::int64_t>(i, 0, axis.in - 1), weight});
    sum += weight;
  }
  if (a.exclude_outside || a.antialias) {
    for (Term& term : terms) term.weight /= sum;
  }
  return terms;
}

Axis make_axis(const ResizeAttributes& a, std::size_t i, std::int64_t in, std::int64_t out) {
  Axis axis{in, out, {}};
  const float scale = a.scales[i];
  const bool crops = a.coordinates == Coordinates::tf_crop_and_resize;
  const Region roi = crops ? Region{a.roi[i], a.roi[i + a.scales.size()]} : Region{0, 1};
  for (std::int64_t index = 0; index < out; ++index) {
    const auto x = static_cast<double>(source_coordinate(a.coordinates, index, axis, scale, roi));
    const auto end = static_cast<double>(in - 1);
    if (crops && (x < 0 || x > end)) {
      axis.terms.emplace_back();
    } else if (a.method == Method::nearest) {
      const double nearest = std::clamp(nearest_index(a.nearest, x), 0.0, end);
      axis.terms.push_back({{static_cast<std::int64_t>(nearest), 1.0}});
    } else {
      // Far outside, where huge scales and offsets lead, there is nothing but the edge.
      const double near = std::clamp(x, -4.0 - end, 2 * end + 4);
      axis.terms.push_back(weighted_terms(a, axis, near, static_cast<double>(scale)));
    }
  }
  return axis;
}

// [outer, in, inner] -> [outer, out, inner]
std::vector<double> resize_axis(const std::vector<double>& from, const Axis& axis, std::int64_t inner) {
  const std::int64_t outer = static_cast<std::int64_t>(from.size()) / (axis.in * inner);
  std::vector<double> to(static_cast<std::size_t>(outer * axis.out * inner), 0.0);
  for (std::int64_t block = 0; block < outer; ++block) {
    for (std::int64_t o = 0; o < axis.out; ++o) {
      double* row = &to[static_cast<std::size_t>((block * axis.out + o) * inner)];
      for (const Term& term : axis.terms[static_cast<std::size_t>(o)]) {
        const double* source = &from[static_cast<std::size_t>((block * axis.in + term.index) * inner)];
        for (std::int64_t i = 0; i < inner; ++i) row[i] += term.weight * source[i];
      }
    }
  }
  return to;
}

// Without sums the elements need no arithmetic, and may be of any type.
Tensor pick_nearest(const Tensor& in, const Shape& out, const std::vector<Axis>& axes,
                    float extrapolation_value) {
  const Tensor fill = convert(Tensor::of<float>({}, {extrapolation_value}), in.dtype);
  const Shape in_strides = row_major_strides(in.shape), out_strides = row_major_strides(out);
  const auto width = static_cast<std::size_t>(bytes_of(in.dtype));
  Tensor result(in.dtype, out);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < out.size() && from >= 0; ++axis) {
      const auto& terms = axes[axis].terms[static_cast<std::size_t>(i / out_strides[axis] % out[axis])];
      from = terms.empty() ? -1 : from + terms[0].index * in_strides[axis];
    }
    const std::uint8_t* source =
        from < 0 ? fill.bytes.data() : &in.bytes[static_cast<std::size_t>(from) * width];
    std::memcpy(&result.bytes[static_cast<std::size_t>(i) * width], source, width);
  }
  return result;
}

bool is_outside(const std::vector<Axis>& axes, const Shape& strides, std::int64_t i) {
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis].terms[static_cast<std::size_t>(i / strides[axis] % axes[axis].out)].empty()) return true;
  }
  return false;
}

}  // namespace

std::vector<Tensor> image_resize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<ResizeAttributes>(call.node);
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < a.shape.size(); ++i) axes.push_back(make_axis(a, i, in.shape[i], a.shape[i]));
  if (a.method == Method::nearest) return {pick_nearest(in, a.shape, axes, a.extrapolation_value)};

  std::vector<double> values(in.data<float>(), in.data<float>() + in.size());
  std::int64_t inner = 1;
  for (std::size_t axis = axes.size(); axis-- > 0;) {  // from the last, so that `inner` is of the output
    const bool same = axes[axis].in == axes[axis].out && a.scales[axis] == 1 &&
                      a.coordinates != Coordinates::tf_crop_and_resize;
    if (!same) values = resize_axis(values, axes[axis], inner);
    inner *= axes[axis].out;
  }
  Tensor result(DataType::float32, a.shape);
  const Shape strides = row_major_strides(a.shape);
  const bool crops = a.coordinates == Coordinates::tf_crop_and_resize;
  for (std::int64_t i = 0; i < result.size(); ++i) {
    result.data<float>()[i] = crops && is_outside(axes, strides, i)
                                  ? a.extrapolation_value
                                  : static_cast<float>(values[static_cast<std::size_t>(i)]);
  }
  return {std::move(result)};
}

}  // namespace trireme::kernels
