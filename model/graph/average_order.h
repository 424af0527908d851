// SPDX-License-Identifier: Apache-2.0
// In which order a float32 average adds up the elements of its window. Codes that were dequantized often
// average to exact ties of the output's steps, so the order decides their rounding. These are ONNX Runtime's
// on x86, found by trying orders on its own pools until every float agreed (4x4 stride 2, 7x7 stride 1, 25x5
// stride 25x5, 8x8 stride 8).
#pragma once

#include "model/graph/attributes.h"

namespace trireme {

enum class AverageOrder : std::uint8_t {
  rows,     // element after element, row by row
  columns,  // each column from top to bottom, then the columns from left to right
  lanes,    // element i of the whole map to sum i mod 4, (sum 0 + sum 2) + (sum 1 + sum 3), then what is left
            // over
};

// The window is the whole map, without padding.
inline bool covers_map(const Window& w, const Shape& input) {
  const bool padded = w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0;
  return w.kernel_h == input[2] && w.kernel_w == input[3] && !padded;
}

// Windows of the whole map at stride 1 (so are global pools): lanes. Strides of 1 and 2 along x: columns.
// Else rows.
inline AverageOrder average_order(const Window& w, const Shape& input) {
  if (covers_map(w, input) && w.stride_h == 1 && w.stride_w == 1) return AverageOrder::lanes;
  return w.stride_w <= 2 ? AverageOrder::columns : AverageOrder::rows;
}

}  // namespace trireme
