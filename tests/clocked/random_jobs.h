// SPDX-License-Identifier: Apache-2.0
// Small convolution jobs and chips to run them on, by seed.
#pragma once

#include <cstdint>

#include "isa/chip.h"
#include "isa/job.h"

namespace trireme::clocked {

struct Case {
  Chip chip;
  NneJob job;
};
Case random_case(std::uint64_t seed);

}  // namespace trireme::clocked
