// SPDX-License-Identifier: Apache-2.0
#include "sim/tp/reshuffle.h"

#include <array>
#include <cstring>

#include "sim/tp/values.h"

namespace trireme {

namespace {

// Calls visit(offset) for every iteration of all loops but the innermost `inner`, outermost first.
template <typename Visit>
void for_each_offset(const TpJob& job, std::int32_t CopyDimension::*stride, int inner, Visit visit) {
  const int outer = kCopyDimensions - inner;
  std::array<std::uint32_t, kCopyDimensions> at{};
  std::int64_t offset = 0;
  for (;;) {
    visit(offset);
    int d = outer - 1;
    for (; d >= 0; --d) {
      const CopyDimension& dimension = job.dimensions[d];
      offset += dimension.*stride;
      if (++at[static_cast<std::size_t>(d)] < dimension.count) break;
      offset -= std::int64_t{dimension.count} * (dimension.*stride);
      at[static_cast<std::size_t>(d)] = 0;
    }
    if (d < 0) return;
  }
}

// Elements that lie side by side in the innermost loop move together.
struct Run {
  int inner;
  std::size_t bytes;
};
Run run_of(const TpJob& job, std::int32_t CopyDimension::*stride) {
  const CopyDimension& last = job.dimensions[kCopyDimensions - 1];
  const bool together = last.*stride == job.element_bytes;
  return {together ? 1 : 0, job.element_bytes * (together ? std::size_t{last.count} : 1)};
}

Bytes filled(const TpJob& job) {
  Bytes elements(elements_of_reshuffle(job) * job.element_bytes);
  for (std::size_t i = 0; i < elements.size(); i += job.element_bytes)
    std::memcpy(elements.data() + i, job.fill, job.element_bytes);
  return elements;
}

}  // namespace

Bytes gather(const TpJob& job, OperandReader& reader) {
  if (job.fills != 0) return filled(job);
  // 1. What the loops visit, into one window: bytes between are neither read nor checked.
  const AddressSpan span = ranges_of_reshuffle(job).input;
  Bytes window(static_cast<std::size_t>(span.end - span.begin));
  for (const AddressRange& range : input_ranges_of(job)) {
    const Bytes part = reader.bytes(range.address, range.bytes, "its input");
    std::memcpy(window.data() + (range.address - span.begin), part.data(), part.size());
  }
  // 2. Element by element in the order of the loops.
  const Run run = run_of(job, &CopyDimension::input_stride);
  Bytes elements(elements_of_reshuffle(job) * job.element_bytes);
  std::uint8_t* target = elements.data();
  const std::int64_t base = job.input.address - span.begin;
  for_each_offset(job, &CopyDimension::input_stride, run.inner, [&](std::int64_t offset) {
    std::memcpy(target, window.data() + base + offset, run.bytes);
    target += run.bytes;
  });
  return elements;
}

void scatter(const TpJob& job, const Bytes& elements, MemoryImage& memory) {
  const Run run = run_of(job, &CopyDimension::output_stride);
  const std::uint8_t* source = elements.data();
  for_each_offset(job, &CopyDimension::output_stride, run.inner, [&](std::int64_t offset) {
    memory.write(static_cast<Address>(job.output.address + offset), source, run.bytes);
    source += run.bytes;
  });
}

}  // namespace trireme
