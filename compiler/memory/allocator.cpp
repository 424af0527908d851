// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/allocator.h"

#include <algorithm>

namespace trireme {

namespace {
std::uint64_t aligned(std::uint64_t address, std::uint64_t alignment) {
  return (address + alignment - 1) / alignment * alignment;
}
}  // namespace

Allocator::Allocator(std::uint64_t begin, std::uint64_t end, std::int64_t alignment)
    : begin_(aligned(begin, static_cast<std::uint64_t>(alignment))),
      end_(end),
      alignment_(static_cast<std::uint64_t>(alignment)),
      used_end_(begin_) {}

std::optional<std::uint64_t> Allocator::take(std::uint64_t bytes, std::uint32_t first_job,
                                             std::uint32_t last_job) {
  std::optional<std::uint64_t> best;
  std::uint64_t best_size = 0;
  const auto consider = [&](std::uint64_t from, std::uint64_t to) {
    const std::uint64_t start = aligned(from, alignment_);
    if (start >= to || to - start < bytes) return;
    if (best && to - start >= best_size) return;
    best = start;
    best_size = to - start;
  };
  std::uint64_t free_from = begin_;
  for (const Range& range : ranges_) {
    if (range.last_job < first_job || last_job < range.first_job) continue;
    consider(free_from, range.begin);
    free_from = std::max(free_from, range.end);
  }
  consider(free_from, end_);
  if (!best) return best;
  const Range taken{*best, *best + bytes, first_job, last_job};
  const auto place = std::upper_bound(ranges_.begin(), ranges_.end(), taken,
                                      [](const Range& a, const Range& b) { return a.begin < b.begin; });
  ranges_.insert(place, taken);
  used_end_ = std::max(used_end_, taken.end);
  return best;
}

}  // namespace trireme
