// SPDX-License-Identifier: Apache-2.0
// A chip's scheduled DRAM: what its fields mean together, and what is wrong with them.
#pragma once

#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/dram/grade.h"
#include "isa/dram/mapping.h"

namespace trireme {

constexpr int kMaxScheduledQueue = 64;  // bursts a scheduler chooses among

DramShape dram_shape(const DramConfig& config, const DramGrade& grade);

struct FieldComplaint {
  std::string field;  // "dram.mapping"
  std::string what, hint;
};
// What the limits of single fields cannot say: devices that exist, whole devices on a channel's bus, a
// mapping of this memory's bits. Empty if a controller can be built.
std::vector<FieldComplaint> complaints_of(const DramConfig& dram);

}  // namespace trireme
