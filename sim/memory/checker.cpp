// SPDX-License-Identifier: Apache-2.0
#include "sim/memory/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace trireme {

namespace {
bool overlap(const AddressRange& a, const AddressRange& b) {
  return std::uint64_t{a.address} < b.address + b.bytes && std::uint64_t{b.address} < a.address + a.bytes;
}

const AddressRange* first_overlap(const std::vector<AddressRange>& a, const std::vector<AddressRange>& b) {
  for (const AddressRange& x : a) {
    for (const AddressRange& y : b) {
      if (overlap(x, y)) return x.address >= y.address ? &x : &y;
    }
  }
  return nullptr;
}
}  // namespace

void MemoryChecker::begin(int job, JobRanges ranges, Cycle now) { running_[job] = {std::move(ranges), now}; }

void MemoryChecker::finish(int job, Cycle now) {
  const auto mine = running_.find(job);
  if (mine == running_.end()) internal_error("memory checker: job finished that never began");
  for (const auto& [other, entry] : running_) {
    if (other == job || entry.start >= now) continue;
    const bool mine_first = job < other;
    compare(mine_first ? mine->second : entry, mine_first ? entry : mine->second, now);
  }
  running_.erase(mine);
}

void MemoryChecker::compare(const Running& a, const Running& b, Cycle now) {
  const auto report = [&](const Running& writer, const char* how, const Running& victim,
                          const AddressRange* at) {
    if (at == nullptr) return;
    findings_.push_back({"write under a running job",
                         fmt::format("{} writes 0x{:08x} while {} {} it (both running before cycle {})",
                                     writer.ranges.who, at->address, victim.ranges.who, how, now)});
  };
  report(a, "reads", b, first_overlap(a.ranges.writes, b.ranges.reads));
  report(b, "reads", a, first_overlap(b.ranges.writes, a.ranges.reads));
  report(a, "writes", b, first_overlap(a.ranges.writes, b.ranges.writes));
}

void MemoryChecker::unwritten(const std::string& who, const std::string& what, Address address, Cycle now) {
  findings_.push_back(
      {"uninitialised read", fmt::format("{} reads {} at 0x{:08x} in cycle {}: nobody has written there", who,
                                         what, address, now)});
}

std::vector<Finding> MemoryChecker::findings() const {
  std::vector<Finding> sorted = findings_;
  std::sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.kind, a.text) < std::tie(b.kind, b.text);
  });
  return sorted;
}

}  // namespace trireme
