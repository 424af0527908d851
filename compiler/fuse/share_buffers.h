// SPDX-License-Identifier: Apache-2.0
// Moves that need not happen: the inputs of a concat are written where they belong in its output, the parts
// of a split or slice are read where they lie. A job's view needs no more than an address (hardware.md §2.3),
// so a concat along the channels of one image costs nothing (timing hints: a copy fits the measurements
// worse).
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// Fills Plan::homes. Layers without jobs pass their buffer on; with `moves`, reshuffles of whole runs of
// bytes vanish where their source and target can be the same bytes; without `split_into_concat`, what a split
// or slice has cut out of a value does not move its whole into a larger buffer, and a concat that would need
// that copies all of its inputs.
void share_buffers(Plan& plan, bool moves, bool split_into_concat);

}  // namespace trireme
