// SPDX-License-Identifier: Apache-2.0
// image_resize. Cubic and antialiased: axis by axis, every output coordinate is a weighted sum of input
// elements on that axis; cubic in float32, as ONNX Runtime has it, antialiased in double, rounded once.
#include <algorithm>
#include <cmath>

#include "model/graph/attributes.h"
#include "model/graph/resize_rules.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/resize_axis.h"
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
template <typename Real>
Real kernel_weight(const ResizeAttributes& attributes, Real distance) {
  const Real d = std::abs(distance);
  if (attributes.method == Method::linear) return d < 1 ? 1 - d : 0;
  const auto a = static_cast<Real>(attributes.cubic_coefficient);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

// The four neighbours of a cubic. Those outside of the axis repeat its edge, or, exclude_outside, weigh
// nothing.
std::vector<Term> cubic_terms(const ResizeAttributes& a, const Axis& axis, float x) {
  const float below = std::floor(x), s = x - below;
  const float distances[] = {s + 1, s, 1 - s, 1 - s + 1};
  std::vector<Term> terms;
  float sum = 0;
  for (int k = 0; k < 4; ++k) {
    const std::int64_t i = static_cast<std::int64_t>(below) - 1 + k;
    const bool left_out = a.exclude_outside && (i < 0 || i >= axis.in);
    const float weight = left_out ? 0 : kernel_weight(a, distances[k]);
    terms.push_back({std::clamp<std::int64_t>(i, 0, axis.in - 1), static_cast<double>(weight)});
    sum += weight;
  }
  if (a.exclude_outside) {
    for (Term& term : terms) term.weight = static_cast<double>(static_cast<float>(term.weight) / sum);
  }
  return terms;
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

bool is_float_cubic(const ResizeAttributes& a) { return a.method == Method::cubic && !a.antialias; }

Axis make_axis(const ResizeAttributes& a, std::size_t i, std::int64_t in, std::int64_t out) {
  Axis axis{in, out, {}};
  for (std::int64_t index = 0; index < out; ++index) {
    const float coordinate = source_coordinate(a, i, index, in);
    const auto x = static_cast<double>(coordinate);
    const auto end = static_cast<double>(in - 1);
    if (is_cropped(a, coordinate, in)) {
      axis.terms.emplace_back();
    } else if (a.method == Method::nearest) {
      const double nearest = std::clamp(nearest_index(a.nearest, x), 0.0, end);
      axis.terms.push_back({{static_cast<std::int64_t>(nearest), 1.0}});
    } else {
      // Far outside, where huge scales and offsets lead, there is nothing but the edge.
      const double near = std::clamp(x, -4.0 - end, 2 * end + 4);
      axis.terms.push_back(is_float_cubic(a)
                               ? cubic_terms(a, axis, static_cast<float>(near))
                               : weighted_terms(a, axis, near, static_cast<double>(a.scales[i])));
    }
  }
  return axis;
}

// [outer, in, inner] -> [outer, out, inner]
template <typename Real>
std::vector<Real> resize_axis(const std::vector<Real>& from, const Axis& axis, std::int64_t inner) {
  const std::int64_t outer = static_cast<std::int64_t>(from.size()) / (axis.in * inner);
  std::vector<Real> to(static_cast<std::size_t>(outer * axis.out * inner));
  for (std::int64_t block = 0; block < outer; ++block) {
    for (std::int64_t o = 0; o < axis.out; ++o) {
      Real* row = &to[static_cast<std::size_t>((block * axis.out + o) * inner)];
      for (const Term& term : axis.terms[static_cast<std::size_t>(o)]) {
        const Real* source = &from[static_cast<std::size_t>((block * axis.in + term.index) * inner)];
        for (std::int64_t i = 0; i < inner; ++i) row[i] += static_cast<Real>(term.weight) * source[i];
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

// Axis after axis, from the last, so that `inner` counts elements of the output.
template <typename Real>
Tensor sum_axes(const Tensor& in, const ResizeAttributes& a, const std::vector<Axis>& axes) {
  std::vector<Real> values(in.data<float>(), in.data<float>() + in.size());
  std::int64_t inner = 1;
  for (std::size_t axis = axes.size(); axis-- > 0;) {
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
  return result;
}

}  // namespace

float source_coordinate(const ResizeAttributes& a, std::size_t axis, std::int64_t index, std::int64_t size) {
  const auto x = static_cast<float>(index);
  const auto in = static_cast<float>(size), out = static_cast<float>(a.shape[axis]);
  const float scale = a.scales[axis], length = resized_length(scale, size, a.shape[axis]);
  const bool one = a.shape[axis] <= 1;
  switch (a.coordinates) {
    case Coordinates::half_pixel:
      return (x + 0.5F) / scale - 0.5F;
    case Coordinates::half_pixel_symmetric: {
      const float adjustment = out / (scale * in);
      return in / 2 * (1 - adjustment) + (x + 0.5F) / scale - 0.5F;
    }
    case Coordinates::pytorch_half_pixel:
      return one ? 0 : (x + 0.5F) / scale - 0.5F;
    case Coordinates::asymmetric:
      return x / scale;
    case Coordinates::align_corners:
      return one ? 0 : x * (in - 1) / (length - 1);
    case Coordinates::tf_half_pixel_for_nn:
      return (x + 0.5F) / scale;
    case Coordinates::tf_crop_and_resize: {
      const float begin = a.roi[axis], end = a.roi[axis + a.scales.size()];
      return one ? 0.5F * (begin + end) * (in - 1)
                 : begin * (in - 1) + x * (end - begin) * (in - 1) / (length - 1);
    }
  }
  return x;
}

bool is_cropped(const ResizeAttributes& a, float coordinate, std::int64_t in) {
  return a.coordinates == Coordinates::tf_crop_and_resize &&
         (coordinate < 0 || coordinate > static_cast<float>(in - 1));
}

std::vector<Tensor> image_resize(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<ResizeAttributes>(call.node);
  const bool rescaled_weights = a.antialias || a.exclude_outside;
  if (a.method == Method::linear && !rescaled_weights) return {interpolate_linear(in, a)};
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < a.shape.size(); ++i) axes.push_back(make_axis(a, i, in.shape[i], a.shape[i]));
  if (a.method == Method::nearest) return {pick_nearest(in, a.shape, axes, a.extrapolation_value)};
  return {is_float_cubic(a) ? sum_axes<float>(in, a, axes) : sum_axes<double>(in, a, axes)};
}

}  // namespace trireme::kernels
