// SPDX-License-Identifier: Apache-2.0
// Activations that stand alone -> TP: one code in, one code out, through a table of 256 (formats.md §10).
#include "compiler/place/families.h"
#include "compiler/plan/views.h"

namespace trireme {

namespace {

constexpr int kCodes = 256;

void place_lookup(const Graph& graph, const Chip& chip, PlannedLayer& layer) {
  const Node& node = graph.nodes[layer.node];
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  require(chip.tp.cores > 0 && chip.tp.lut_entries >= kCodes,
          "the chip has no tensor processor with 256 table entries");
  require_u8(input);
  require_u8(output);
  TpJob job{};
  job.header = header_for(Engine::tp, static_cast<std::uint8_t>(TpOperation::lut));
  job.input = view_of(input);
  job.output = view_of(output);
  job.post = saturating_post();
  layer.job = job;
  layer.reason = node.op + " by a table of 256 codes";
}

}  // namespace

std::vector<PlacementRow> lookup_placements() {
  return {{"relu", place_lookup},
          {"relun", place_lookup},
          {"leakyrelu", place_lookup},
          {"sigmoid", place_lookup},
          {"tanh", place_lookup}};
}

}  // namespace trireme
