// SPDX-License-Identifier: Apache-2.0
// The memory checker: every running job holds its read and write ranges; a write that meets another running
// job's range is a finding, and so is a read of bytes nobody wrote (design: values move per job).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "isa/job.h"
#include "sim/memory/image.h"
#include "timing/cycles.h"
#include "timing/memory.h"
#include "traces/run_record.h"

namespace trireme {

struct JobRanges {
  std::string who;  // "NN job 2 (conv1_5)"
  std::vector<AddressRange> reads, writes;
};

class MemoryChecker {
 public:
  void begin(int job, JobRanges ranges, Cycle now);
  // Pairs are judged when the first of the two finishes, on half-open intervals [start, finish): a job that
  // starts in the very cycle another finishes does not overlap it, whichever process ran first.
  void finish(int job, Cycle now);
  void unwritten(const std::string& who, const std::string& what, Address address, Cycle now);
  std::vector<Finding> findings() const;  // sorted, so that construction order does not show

 private:
  struct Running {
    JobRanges ranges;
    Cycle start;
  };
  void compare(const Running& a, const Running& b, Cycle now);
  std::map<int, Running> running_;
  std::vector<Finding> findings_;
};

}  // namespace trireme
