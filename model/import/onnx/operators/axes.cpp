// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/operators/axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace trireme {

std::int64_t axis_of(OnnxNode& node, std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) {
    node.unsupported(fmt::format("axis {} of {} dimensions", axis, rank));
    throw NodeSkipped();
  }
  return axis < 0 ? axis + size : axis;
}

std::vector<std::int64_t> distinct_axes(OnnxNode& node, std::vector<std::int64_t> axes, std::size_t rank) {
  for (std::int64_t& axis : axes) axis = axis_of(node, axis, rank);
  std::vector<std::int64_t> sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    node.unsupported("axes " + to_string(axes), "each axis once");
    throw NodeSkipped();
  }
  return axes;
}

std::vector<std::int64_t> every_axis(std::size_t rank) {
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

}  // namespace trireme
