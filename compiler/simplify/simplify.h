// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// Graph to graph, meaning kept (float results within rounding of folded arithmetic; quantized graphs bit for
// bit). Removes noops, folds constants, BatchNorm into convolution/fullconnect, constant Add into bias,
// merges reshapes and activations. Idempotent. `observer` is called after each pass with its name (for
// --dump-ir).
using PassObserver = std::function<void(const std::string& pass, const Graph& graph)>;
void simplify(Graph& graph, const PassObserver& observer = {});
std::vector<std::string> simplify_pass_names();

}  // namespace trireme
