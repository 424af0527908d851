// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/plan/plan.h"

namespace trireme {

// Each tries to take `follower`, the only reader of the layer's output, into the layer's job; false: nothing
// changed.
bool fuse_activation(const Graph& graph, RequantRule rule, const Node& follower, Job& job);
// A function of one code by a table behind the array. The follower has a table on the TP otherwise.
bool fuse_table(const Graph& graph, const Chip& chip, const Node& follower, Job& job);
bool fuse_max_pooling(const Graph& graph, const Chip& chip, const Node& follower, Job& job);

}  // namespace trireme
