// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// Where a network that can be imported could run better: the node, what it has, what would be faster. In the
// order of the nodes.
std::vector<Problem> import_advice(const Graph& graph);

}  // namespace trireme
