// SPDX-License-Identifier: Apache-2.0
// fullconnect -> TP (formats.md §10).
#include <fmt/format.h>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

namespace {

void place_fullconnect(const Graph& graph, const Chip& chip, PlannedLayer& layer) {
  const Node& node = graph.nodes[layer.node];
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  const Tensor& weight = require_constant(graph, node, 1, "weight");
  const std::int64_t outputs = weight.shape[0], inputs = weight.shape[1];
  require(chip.tp.cores > 0, "the chip has no tensor processor");
  require(element_count(input.shape) == inputs && element_count(output.shape) == outputs,
          "input " + to_string(input.shape) + " for a weight of " + to_string(weight.shape), kBatchHint);
  require_u8(input);
  require_u8(output);
  require_u8(graph.values[node.inputs[1]]);
  if (node.inputs.size() > 2 && node.inputs[2] != kNone) {
    require_constant(graph, node, 2, "bias");
    require_scale_of_bias(graph, node);
  }
  TpJob job{};
  job.header = header_for(Engine::tp, static_cast<std::uint8_t>(TpOperation::fully_connected));
  job.input = run_view(input);
  // One channel a neuron, as a convolution of one pixel would have it.
  job.output = outputs <= kMaxChannels ? packed_view(outputs, 1, 1, output) : run_view(output);
  job.post = saturating_post();
  job.weight_zero_point = static_cast<std::int16_t>(graph.values[node.inputs[1]].quantization.zero_point[0]);
  layer.job = job;
  layer.reason = fmt::format("fully connected {} -> {}: every weight is used once, the TP streams them",
                             inputs, outputs);
}

}  // namespace

std::vector<PlacementRow> fullconnect_placements() { return {{"fullconnect", place_fullconnect}}; }

}  // namespace trireme
