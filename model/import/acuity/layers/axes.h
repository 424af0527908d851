// SPDX-License-Identifier: Apache-2.0
// Inside layers/ only: axes as files tell them.
#pragma once

#include <string>

#include "model/import/acuity/layer.h"

namespace trireme {

inline std::size_t axis_of(std::int64_t axis, std::size_t rank) {  // negative ones count from the end
  const auto most = static_cast<std::int64_t>(rank);
  if (axis < -most || axis >= most)
    throw Error({}, "axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dimensions");
  return static_cast<std::size_t>(axis < 0 ? axis + most : axis);
}

void unstack(LayerSteps& steps, std::int64_t axis);  // the layer becomes a split whose outputs lose the axis

}  // namespace trireme
