// SPDX-License-Identifier: Apache-2.0
// Runs the kernel of a graph's only node on the simulator's interpreter.
#pragma once

#include <optional>
#include <vector>

#include "model/graph/graph.h"
#include "tensor/tensor.h"

namespace trireme::test {

// Stored tensors in, stored tensors out; nothing if there is no kernel. Every operand lies in memory of its
// own: an access beside it, or an output byte that is not stored, is an Error. So are other results on a chip
// of one thread, where each has as many elements as it can.
std::optional<std::vector<Tensor>> run_kernel(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace trireme::test
