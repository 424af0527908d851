// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "isa/job.h"
#include "model/graph/graph.h"

namespace trireme {

// The output code of each of the 256 input codes: what the reference computes for a network of this one node.
Bytes lookup_table(const Graph& graph, const Node& node, RequantRule rule, Ties ties);

}  // namespace trireme
