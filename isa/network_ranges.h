// SPDX-License-Identifier: Apache-2.0
// Inside isa only: which bytes of which memory a job names.
#pragma once

#include <cstdint>
#include <string>

#include "isa/network_binary.h"

namespace trireme {

struct ByteRange {
  std::uint64_t begin = 0, end = 0;
  bool empty() const { return begin >= end; }
  bool meets(const ByteRange& other) const { return begin < other.end && other.begin < end; }
  bool holds(const ByteRange& other) const { return begin <= other.begin && other.end <= end; }
};

inline ByteRange range_of(Address address, std::uint64_t bytes) { return {address, address + bytes}; }
// A negative address is outside any memory: it is shown as one beyond all of them.
inline ByteRange range_of(const AddressSpan& span) {
  constexpr std::uint64_t beyond = std::uint64_t{1} << 40;
  if (span.begin < 0) return {beyond, beyond + 1};
  return {static_cast<std::uint64_t>(span.begin), static_cast<std::uint64_t>(span.end)};
}
inline ByteRange range_of(const Segment& segment) { return range_of(segment.address, segment.bytes.size()); }
ByteRange range_of(const TensorView& view);

// Why the range is in no memory of the chip; empty if it is in one. DRAM begins at 0, the
// SRAMs at the base of their windows (isa/memory_map.h) and keep their first bytes to themselves.
std::string outside_memory(const ByteRange& range, const Chip& chip);

}  // namespace trireme
