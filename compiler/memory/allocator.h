// SPDX-License-Identifier: Apache-2.0
// A range of addresses that buffers with disjoint lifetimes may share.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace trireme {

class Allocator {
 public:
  Allocator(std::uint64_t begin, std::uint64_t end, std::int64_t alignment);
  // The smallest gap, among those free in all jobs from first to last, that holds the bytes; the lowest of
  // equal ones.
  std::optional<std::uint64_t> take(std::uint64_t bytes, std::uint32_t first_job, std::uint32_t last_job);
  std::uint64_t used_end() const { return used_end_; }  // one past the highest byte ever taken
  std::uint64_t begin() const { return begin_; }

 private:
  struct Range {
    std::uint64_t begin, end;
    std::uint32_t first_job, last_job;
  };
  std::uint64_t begin_, end_, alignment_, used_end_;
  std::vector<Range> ranges_;  // by address
};

}  // namespace trireme
