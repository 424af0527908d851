// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "isa/job.h"

namespace trireme {

namespace {

// A dimension moves the address by (count - 1) * stride at most: below 2^63 for 32-bit fields, six of them
// below 2^66; cut to 2^40, which is outside any memory.
AddressSpan span(Address base, const TpJob& job, std::int32_t CopyDimension::*stride) {
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  AddressSpan range{base, std::int64_t{base} + job.element_bytes};
  for (const CopyDimension& d : job.dimensions) {
    const std::int64_t way = (std::int64_t{d.count} - 1) * (d.*stride);
    (way < 0 ? range.begin : range.end) += std::clamp(way, -kFar, kFar);
  }
  return range;
}

}  // namespace

ReshuffleRanges ranges_of_reshuffle(const TpJob& job) {
  return {span(job.input.address, job, &CopyDimension::input_stride),
          span(job.output.address, job, &CopyDimension::output_stride)};
}

std::uint64_t elements_of_reshuffle(const TpJob& job) {
  std::uint64_t elements = 1;
  for (const CopyDimension& d : job.dimensions) {
    if (d.count != 0 && elements > std::numeric_limits<std::uint64_t>::max() / d.count)
      return std::numeric_limits<std::uint64_t>::max();
    elements *= d.count;
  }
  return elements;
}

}  // namespace trireme
