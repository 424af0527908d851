// SPDX-License-Identifier: Apache-2.0
// Operators that move data: reshape renames it, permute is a TP transpose (formats.md §10, hardware.md §2.7).
#include <fmt/format.h>

#include <algorithm>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

// Sharing of parameters between input and output is the caller's business (unify_quantization).
void require_same_codes(const Graph& graph, const PlannedLayer& layer) {
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  require_u8(input);
  require(same_parameters(input.quantization, output.quantization),
          "its output is quantized as " + to_string(output.quantization) + ", its input as " +
              to_string(input.quantization),
          "an operator that only moves data keeps the parameters");
}

TpJob job_of(TpOperation operation) {
  TpJob job{};
  job.header = header_for(Engine::tp, static_cast<std::uint8_t>(operation));
  job.post = saturating_post();
  return job;
}

void place_copy(const Graph& graph, PlannedLayer& layer) {
  TpJob job = job_of(TpOperation::copy);
  job.input = run_view(graph.values[layer.input]);
  job.output = run_view(graph.values[layer.output]);
  layer.job = job;
}

// The graph input that `value` is another name of, through reshapes alone.
bool is_renamed_input(const Graph& graph, ValueId value) {
  while (graph.values[value].producer != kNone && graph.nodes[graph.values[value].producer].op == "reshape") {
    value = graph.nodes[graph.values[value].producer].inputs[0];
  }
  return std::find(graph.inputs.begin(), graph.inputs.end(), value) != graph.inputs.end();
}

void place_reshape(const Graph& graph, const Chip&, PlannedLayer& layer) {
  const bool output =
      std::find(graph.outputs.begin(), graph.outputs.end(), layer.output) != graph.outputs.end();
  const bool floats = !graph.values[layer.input].quantization.quantized() &&
                      graph.values[layer.input].quantization.dtype == DataType::float16;
  if (!floats) require_same_codes(graph, layer);
  if (output && is_renamed_input(graph, layer.input)) {
    place_copy(graph, layer);
    layer.reason = "copies the network's input to its output";
    return;
  }
  layer.reason = "the same bytes under another shape";
}

void place_noop(const Graph& graph, const Chip&, PlannedLayer& layer) {
  require_same_codes(graph, layer);
  place_copy(graph, layer);
  layer.reason = "copies a value that must exist twice";
}

// A permutation of the axes of one batch element, as (c,h,w). Leading ones fill up to three axes.
void place_permute(const Graph& graph, const Chip& chip, PlannedLayer& layer) {
  const Value& input = graph.values[layer.input];
  const std::vector<std::int64_t>& perm = attributes<PermuteAttributes>(graph.nodes[layer.node]).perm;
  const std::string text = fmt::format("permutation {} of shape {}", to_string(perm), to_string(input.shape));
  require(chip.tp.cores > 0, "the chip has no tensor processor");
  require_same_codes(graph, layer);
  const std::size_t rank = perm.size();
  const std::size_t batch = rank > 3 ? rank - 3 : 0;
  Shape axes(3 - std::min<std::size_t>(rank, 3), 1);
  const std::size_t filled = axes.size();
  TpJob job = job_of(TpOperation::transpose);
  for (std::size_t i = 0; i < filled; ++i) job.perm[i] = static_cast<std::uint8_t>(i);
  for (std::size_t i = 0; i < rank; ++i) {
    if (i < batch) {
      require(perm[i] == static_cast<std::int64_t>(i) && input.shape[i] == 1, text,
              "the TP transposes (c,h,w) of one batch element; axes before must be 1 and stay");
      continue;
    }
    axes.push_back(input.shape[i]);
    job.perm[filled + i - batch] = static_cast<std::uint8_t>(perm[i] - static_cast<std::int64_t>(batch) +
                                                             static_cast<std::int64_t>(filled));
  }
  const Shape moved = {axes[job.perm[0]], axes[job.perm[1]], axes[job.perm[2]]};
  for (const Shape& sizes : {axes, moved}) {
    require(sizes[0] <= kMaxChannels && sizes[1] <= kMaxImageSize && sizes[2] <= kMaxImageSize, text,
            fmt::format("at most {} channels and {} rows and columns", kMaxChannels, kMaxImageSize));
  }
  job.input = packed_view(axes[0], axes[1], axes[2], input);
  job.output = packed_view(moved[0], moved[1], moved[2], graph.values[layer.output]);
  layer.job = job;
  layer.reason = "the TP's address generator reorders the axes";
}

}  // namespace

std::vector<PlacementRow> movement_placements() {
  return {{"reshape", place_reshape}, {"permute", place_permute}, {"noop", place_noop}};
}

}  // namespace trireme
