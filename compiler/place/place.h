// SPDX-License-Identifier: Apache-2.0
// Which engine runs which operator (formats.md §10), with the limits of the engines checked and the reason
// kept.
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// All problems at once: operators without an engine, sizes beyond a limit, values without parameters.
Plan place(Graph graph, const Chip& chip, RequantRule rule, Ties ties);

}  // namespace trireme
