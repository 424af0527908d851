// SPDX-License-Identifier: Apache-2.0
// Inside sim/tp only: the loops of a reshuffle.
#pragma once

#include "sim/memory/operands.h"

namespace trireme {

// The elements a reshuffle reads, or its fill repeated, in the order of its loops.
Bytes gather(const TpJob& job, OperandReader& reader);

}  // namespace trireme
