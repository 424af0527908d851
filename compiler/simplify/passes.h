// SPDX-License-Identifier: Apache-2.0
// The graph-to-graph passes, one file each. A pass returns whether it changed anything; simplify() repeats
// the list until none does. On quantized values a pass acts only where no bit of any result changes.
#pragma once

#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct SimplifyPass {
  const char* name;
  bool (*run)(Graph& graph);
};
const std::vector<SimplifyPass>& simplify_passes();

bool remove_noops(Graph& graph);    // what importers make of Identity and Dropout
bool merge_reshapes(Graph& graph);  // reshape of a reshape, reshape to the same shape
bool fold_constants(Graph& graph);  // nodes that see nothing but constants
bool fold_pads(Graph& graph);       // zeros, or what cannot win, around convolutions and pools
bool fold_bias(Graph& graph);       // constant add after convolution and fullconnect
bool fold_batchnorm(Graph& graph);  // into convolution and fullconnect, else a depthwise 1x1 convolution
bool propagate_permutes(
    Graph& graph);                     // cancels permutes, moves them through operators without an axis order
bool merge_branches(Graph& graph);     // 1xk and kx1 convolutions that are added
bool merge_gates(Graph& graph);        // x * sigmoid(x), x * tanh(softplus(x)), … into one function
bool merge_activations(Graph& graph);  // clamps that a neighbouring clamp implies

}  // namespace trireme
