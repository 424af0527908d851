// SPDX-License-Identifier: Apache-2.0
// Slices with starts, ends, steps and TensorFlow's five masks, as ranges of every axis.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/attributes.h"

namespace trireme {

// Bit i of a mask speaks of entry i of the lists.
struct StridedRanges {
  std::vector<std::int64_t> begin, end, step;
  std::int64_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
  bool end_is_offset = false;  // counted from begin
};
struct StridedSlice {
  SliceAttributes slice;
  Shape shape;  // behind it, with axes inserted and removed
};

StridedSlice resolve_strided(const Shape& data, const StridedRanges& ranges);  // Error without a place

}  // namespace trireme
