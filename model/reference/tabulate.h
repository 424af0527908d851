// SPDX-License-Identifier: Apache-2.0
// A function of one code as a table, for engines that look results up.
#pragma once

#include "model/graph/graph.h"
#include "model/quant/quantization.h"
#include "support/files.h"

namespace trireme {

// What the reference gives for every code of the node's data input, in the order of the codes' bytes as
// unsigned numbers. Other inputs are constants of one element. Codes of 8 or 16 bits.
Bytes tabulate(const Graph& graph, const Node& node, RequantRule rule, Ties ties);

}  // namespace trireme
