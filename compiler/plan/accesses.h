// SPDX-License-Identifier: Apache-2.0
// Which bytes a job touches: what memory planning and ordering go by.
#pragma once

#include <vector>

#include "isa/job.h"

namespace trireme {

struct Access {
  std::uint64_t begin, end;  // bytes [begin, end)
  bool write;
};

std::vector<Access> accesses_of(const Job& job);
bool conflict(const std::vector<Access>& a,
              const std::vector<Access>& b);  // overlap, and one of the two writes

}  // namespace trireme
