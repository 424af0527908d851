// SPDX-License-Identifier: Apache-2.0
// Values that one buffer can hold only if their codes mean the same.
#pragma once

#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// Of every value the first of those it shares a range with: what a concat joins, and what only moves codes in
// between. With one range the inputs of a concat are written where they belong, and nothing is converted or
// copied. Itself for a value that nothing joins; constants and what ends in float16 are never joined.
std::vector<ValueId> joined_values(const Graph& graph);

}  // namespace trireme
