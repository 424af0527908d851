// SPDX-License-Identifier: Apache-2.0
// What the formulas of ONNX's Resize leave open, as ONNX Runtime has it on x86 (found by comparing every
// float).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/graph/attributes.h"

namespace trireme {

// ONNX's length_resized, to which modes that align corners stretch an axis: the exact product of scale and
// size, which the number of elements, `out`, rounds down; or that number where the scale is no more than the
// ratio of the sizes in float32.
inline float resized_length(float scale, std::int64_t in, std::int64_t out) {
  const float ratio = static_cast<float>(out) / static_cast<float>(in);
  return scale == ratio ? static_cast<float>(out) : scale * static_cast<float>(in);
}

// The axes whose neighbours a linear interpolation weighs, outermost first: the last two of an image (or the
// middle two, channels last), the last three of a volume; they count even if their size stays. Other axes
// only if they change. Every corner's weight is the product of its axes' weights, innermost first; corners
// are added up in the order of their axes, all in float32.
inline std::vector<std::size_t> interpolated_axes(const ResizeAttributes& attributes, const Shape& in) {
  const std::size_t rank = in.size();
  const bool channels_last = rank == 4 && attributes.scales[1] != 1 && attributes.scales[3] == 1;
  const std::size_t count = rank == 2 || rank == 4 ? 2 : rank == 3 || rank == 5 ? 3 : 0;
  const std::size_t first = rank - count - (channels_last ? 1 : 0);
  std::vector<std::size_t> axes;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const bool changes = attributes.scales[axis] != 1 || in[axis] != attributes.shape[axis];
    if (changes || (axis >= first && axis < first + count)) axes.push_back(axis);
  }
  return axes;
}

}  // namespace trireme
