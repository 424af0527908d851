// SPDX-License-Identifier: Apache-2.0
// Inside compiler/place only: the TP turns the pixels a stride skips into channels, so that the array
// computes at stride 1 (compiler/plan/space_to_depth.h).
#pragma once

#include "compiler/place/families.h"
#include "compiler/plan/space_to_depth.h"

namespace trireme {

// The same convolution over the phases of one image; tiles and addresses are as open as those of `job`.
NneJob over_phases(const NneJob& job, const PhaseAxes& axes);
// Whether the chip's array can run it and, unless the chip's compiler always does so, is done earlier with
// the TP's moves than `job`, which computes at stride 1 and drops results.
bool takes_phases(const NneJob& job, const PhaseAxes& axes, const Chip& chip);
// Moves the image that begins at element `first` of the layer's input; where its phases lie.
StorageRef add_phases(Placement& placement, const PhaseAxes& axes, std::int64_t first);

}  // namespace trireme
