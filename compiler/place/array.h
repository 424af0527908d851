// SPDX-License-Identifier: Apache-2.0
// Inside compiler/place only: what every convolution on the array has.
#pragma once

#include "compiler/place/families.h"
#include "model/graph/attributes.h"

namespace trireme {

// Kernel, stride and pads within the chip's limits; cores within the coefficient format's.
void check_array(const Window& window, const Chip& chip);
NneJob convolution_job(const Placement& placement, const Window& window, NneOperation operation);

}  // namespace trireme
