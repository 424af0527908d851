// SPDX-License-Identifier: Apache-2.0
// Linear interpolation between the corners around a coordinate, all in float32 (model/graph/resize_rules.h).
#include <algorithm>
#include <cmath>

#include "model/graph/resize_rules.h"
#include "model/reference/kernels/resize_axis.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

namespace {

// The two elements around one coordinate of an axis, as distances in the input, and their weights.
struct Neighbours {
  std::int64_t offset[2];
  float weight[2];
  bool cropped;
};

Neighbours neighbours(const ResizeAttributes& a, std::size_t axis, std::int64_t index, std::int64_t in,
                      std::int64_t stride) {
  const float x = source_coordinate(a, axis, index, in), end = static_cast<float>(in - 1);
  const float inside = std::clamp(x, 0.0F, end);
  const auto first = static_cast<std::int64_t>(inside), second = std::min(first + 1, in - 1);
  Neighbours n{{first * stride, second * stride}, {0.5F, 0.5F}, is_cropped(a, x, in)};
  if (first != second) {  // on the last element both are the same, and half of it each
    n.weight[0] = std::fabs(inside - static_cast<float>(second));
    n.weight[1] = std::fabs(inside - static_cast<float>(first));
  }
  return n;
}

}  // namespace

Tensor interpolate_linear(const Tensor& in, const ResizeAttributes& a) {
  const Shape strides = row_major_strides(in.shape), out_strides = row_major_strides(a.shape);
  const std::vector<std::size_t> axes = interpolated_axes(a, in.shape);
  std::vector<std::vector<Neighbours>> around;
  for (const std::size_t axis : axes) {
    around.emplace_back();
    for (std::int64_t i = 0; i < a.shape[axis]; ++i)
      around.back().push_back(neighbours(a, axis, i, in.shape[axis], strides[axis]));
  }
  Tensor result(DataType::float32, a.shape);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    // 1. The element's coordinates: on the axes between corners their neighbours, on the others one offset.
    std::int64_t base = 0;
    bool cropped = false;
    std::vector<const Neighbours*> here;
    for (std::size_t axis = 0; axis < a.shape.size(); ++axis) {
      const std::int64_t at = i / out_strides[axis] % a.shape[axis];
      if (here.size() < axes.size() && axes[here.size()] == axis) {
        here.push_back(&around[here.size()][static_cast<std::size_t>(at)]);
        cropped = cropped || here.back()->cropped;
      } else {
        base += at * strides[axis];
      }
    }
    // 2. The corners in order; of a corner's number each bit is the side on one axis, the lowest bit's the
    // innermost.
    float sum = 0;
    for (std::size_t corner = 0; corner < std::size_t{1} << here.size(); ++corner) {
      std::int64_t from = base;
      float weight = 1;
      for (std::size_t k = 0; k < here.size(); ++k) {
        const Neighbours& n = *here[here.size() - 1 - k];
        from += n.offset[corner >> k & 1];
        weight *= n.weight[corner >> k & 1];
      }
      sum += weight * in.data<float>()[from];
    }
    result.data<float>()[i] = cropped ? a.extrapolation_value : sum;
  }
  return result;
}

}  // namespace trireme::kernels
