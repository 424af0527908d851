// SPDX-License-Identifier: Apache-2.0
// Which values share bytes, and between which jobs these must be kept.
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// One buffer a group of values that are the same bytes under several shapes; kind, size and lifetime set,
// address not.
struct Storage {
  std::vector<Buffer> buffers;     // network inputs, outputs and feature maps
  std::vector<bool> off_vip_sram;  // by buffer: Plan::off_vip_sram
  std::vector<bool> joined;        // by buffer: several layers write parts of it
  std::vector<std::uint32_t> buffer_of_value,
      buffer_of_scratch;  // kNone for constants and for values hidden inside a job; parts of one: Plan::homes
};
Storage storage_of(const Plan& plan);

// Of every value: whether several layers write parts of its bytes, which a concat then joins in place.
std::vector<bool> joined_values(const Plan& plan);

}  // namespace trireme
