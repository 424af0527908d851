// SPDX-License-Identifier: Apache-2.0
#include "timing/axi.h"

#include <algorithm>

namespace trireme {

AxiData::AxiData(const AxiConfig& config) : beat_bytes_(static_cast<std::uint32_t>(config.bytes_per_cycle)) {
  while (std::uint32_t{1} << beat_bits_ < beat_bytes_) ++beat_bits_;
  most_beats_ = beats_of(static_cast<std::uint32_t>(config.burst_bytes));
}

Cycle AxiData::take(std::uint32_t bytes, Cycle ready, Cycle now) {
  const Cycle beats = beats_of(bytes);
  Cycle begin = ready > beats ? ready - beats : 0;
  // 1. What no later burst can meet is forgotten.
  std::size_t passed = 0;
  while (passed < busy_.size() && busy_[passed].end + most_beats_ <= now) ++passed;
  if (passed > 0) busy_.erase(busy_.begin(), busy_.begin() + static_cast<std::ptrdiff_t>(passed));
  // 2. The first gap.
  std::size_t at = 0;
  while (at < busy_.size() && busy_[at].end <= begin) ++at;
  for (; at < busy_.size() && busy_[at].begin < begin + beats; ++at) begin = busy_[at].end;
  // 3. Taken: joined with the neighbours it meets.
  const Cycle end = begin + beats;
  const bool after = at > 0 && busy_[at - 1].end == begin;
  const bool before = at < busy_.size() && busy_[at].begin == end;
  if (after && before) {
    busy_[at - 1].end = busy_[at].end;
    busy_.erase(busy_.begin() + static_cast<std::ptrdiff_t>(at));
  } else if (after) {
    busy_[at - 1].end = end;
  } else if (before) {
    busy_[at].begin = begin;
  } else {
    busy_.insert(busy_.begin() + static_cast<std::ptrdiff_t>(at), {begin, end});
  }
  return end;
}

Cycle Pacer::take(std::uint32_t bytes, Cycle at) {
  if (!limits()) return at;
  if (at > free_) free_ = at, part_ = 0;
  const Cycle start = free_ + (part_ > 0 ? 1 : 0);
  part_ += bytes * clock_;
  free_ += part_ / rate_;
  part_ %= rate_;
  return start;
}

Cycle Pacer::earliest_after(std::uint64_t bytes, Cycle at) const {
  if (!limits()) return at;
  __extension__ using Wide = unsigned __int128;
  return std::max(at, free_) + static_cast<Cycle>(static_cast<Wide>(bytes) * clock_ / rate_);
}

}  // namespace trireme
