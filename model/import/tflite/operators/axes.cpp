// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/operators/axes.h"

#include <fmt/format.h>

namespace trireme {

std::int64_t checked_axis(TfliteNode& node, std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) node.leave(fmt::format("axis {} of {} dimensions", axis, rank));
  return axis < 0 ? axis + size : axis;
}

}  // namespace trireme
