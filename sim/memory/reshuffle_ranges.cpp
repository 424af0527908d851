// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>

#include "sim/memory/operands.h"

namespace trireme {

namespace {

struct Loop {
  std::int64_t count, stride;  // stride above 0
};

// 1. Negative strides run the other way from the other end; repeated elements (stride 0) are touched once.
// 2. From the smallest stride on, loops that continue a dense block widen it.
// 3. What is left is visited loop by loop.
std::vector<AddressRange> ranges_of_loops(Address base, const TpJob& job,
                                          std::int32_t CopyDimension::*stride) {
  std::int64_t first = base;
  std::vector<Loop> loops;
  for (const CopyDimension& d : job.dimensions) {
    const std::int64_t step = d.*stride;
    if (d.count <= 1 || step == 0) continue;
    if (step < 0) first += (std::int64_t{d.count} - 1) * step;
    loops.push_back({d.count, std::abs(step)});
  }
  std::sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) { return a.stride < b.stride; });
  std::int64_t block = job.element_bytes;
  std::size_t inner = 0;
  for (; inner < loops.size() && loops[inner].stride <= block; ++inner) {
    block = std::max(block, (loops[inner].count - 1) * loops[inner].stride + block);
  }
  std::vector<AddressRange> ranges = {{static_cast<Address>(first), static_cast<std::uint64_t>(block)}};
  for (std::size_t i = inner; i < loops.size(); ++i) {
    std::vector<AddressRange> more;
    for (std::int64_t k = 0; k < loops[i].count; ++k) {
      for (AddressRange range : ranges) {
        range.address += static_cast<Address>(k * loops[i].stride);
        more.push_back(range);
      }
    }
    ranges = std::move(more);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.address < b.address; });
  return ranges;
}

}  // namespace

std::vector<AddressRange> input_ranges_of(const TpJob& reshuffle) {
  if (reshuffle.fills != 0) return {};
  return ranges_of_loops(reshuffle.input.address, reshuffle, &CopyDimension::input_stride);
}

std::vector<AddressRange> output_ranges_of(const TpJob& reshuffle) {
  return ranges_of_loops(reshuffle.output.address, reshuffle, &CopyDimension::output_stride);
}

}  // namespace trireme
