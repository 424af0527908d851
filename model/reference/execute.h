// SPDX-License-Identifier: Apache-2.0
// The network executed on the host, plainly: the second opinion on the simulator, sharing no arithmetic with
// sim/. One file an operator family in model/reference/kernels/.
#pragma once

#include <functional>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct ExecuteOptions {
  bool quantized = false;  // false: float32
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
};

// Called for every graph input, then for every computed value in node order, never for constants; the tensor
// holds floats, or the stored integers when quantized.
using Observer = std::function<void(ValueId, const Tensor&)>;

// `inputs`: one tensor a graph input, float32 (quantized here by the input's parameters when `quantized`), or
// already in the stored type. Returns the graph's outputs. Errors: input count, shape, type.
std::vector<Tensor> execute(const Graph& graph, const std::vector<Tensor>& inputs,
                            const ExecuteOptions& options, const Observer& observer = {});

// One node on the values of its inputs, as they are stored (null for an omitted input). Error: no such
// operator.
std::vector<Tensor> execute_node(const Graph& graph, const Node& node,
                                 const std::vector<const Tensor*>& inputs, const ExecuteOptions& options);

// Whether a quantized network computes this node as dequantize -> float32 operator -> quantize under `rule`,
// or, if it touches no codes at all, simply in float32.
bool is_group(const Graph& graph, const Node& node, RequantRule rule);
bool touches_codes(const Graph& graph, const Node& node);

// One node on float inputs, for constant folding.
bool can_execute(const std::string& op);
std::vector<Tensor> execute_node_float(const Graph& graph, const Node& node,
                                       const std::vector<const Tensor*>& inputs);

}  // namespace trireme
