// SPDX-License-Identifier: Apache-2.0
// Activations and max poolings that the job before them can do on its way out. Fusing changes no bit: clamps
// merge only between equal parameters, and the maximum of clamped codes is the clamped maximum.
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

void fuse(Plan& plan, const Chip& chip);

}  // namespace trireme
