// SPDX-License-Identifier: Apache-2.0
// Inside sim/nne only: the sizes of a convolution job.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isa/job.h"

namespace trireme {

struct ConvolutionShape {
  std::int64_t out_w, out_h, out_c;
  std::int64_t in_w, in_h, group_in, group_out, groups;
  std::int64_t terms;  // of one dot product

  std::int64_t in_pixels() const { return in_w * in_h; }
  std::int64_t out_pixels() const { return out_w * out_h; }
};

inline ConvolutionShape shape_of(const NneJob& job) {
  ConvolutionShape s{};
  s.out_w = job.conv_width;
  s.out_h = job.conv_height;
  s.out_c = job.output.channels;
  s.in_w = job.input.width;
  s.in_h = job.input.height;
  s.groups = is(job, NneOperation::depthwise) ? job.input.channels : std::max<int>(job.groups, 1);
  s.group_in = job.input.channels / s.groups;
  s.group_out = s.out_c / s.groups;
  s.terms = s.group_in * job.kernel_w * job.kernel_h;
  return s;
}

// Of `count` outputs along one axis those whose tap lies inside of the map, [first, last).
struct Inside {
  std::int64_t first, last;
};

inline Inside inside(std::int64_t count, std::int64_t stride, std::int64_t tap_at_0, std::int64_t size) {
  const auto first_at_or_after =
      [&](std::int64_t position) {  // smallest i with tap_at_0 + i * stride >= position
        const std::int64_t distance = position - tap_at_0;
        return distance <= 0 ? 0 : std::min(count, (distance + stride - 1) / stride);
      };
  const std::int64_t first = first_at_or_after(0);
  return {first, std::max(first, first_at_or_after(size))};
}

}  // namespace trireme
