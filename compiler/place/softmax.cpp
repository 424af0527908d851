// SPDX-License-Identifier: Apache-2.0
// softmax -> PPU: a program in float32 with float16 results (formats.md §10,
// compiler/pack/softmax_program.h).
#include <fmt/format.h>

#include "compiler/pack/softmax_program.h"
#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

constexpr std::int64_t kMaxSoftmaxAxis = 8191;  // formats.md §10 "Limits"

std::int64_t product(const Shape& shape, std::size_t from, std::size_t to) {
  std::int64_t result = 1;
  for (std::size_t i = from; i < to; ++i) result *= shape[i];
  return result;
}

// A thread computes one row. Rows follow each other at one distance, either across (axis last) or side by
// side.
SoftmaxRows rows_of(const Shape& shape, std::size_t axis) {
  const std::int64_t outer = product(shape, 0, axis), inner = product(shape, axis + 1, shape.size());
  require(outer == 1 || inner == 1, fmt::format("softmax over axis {} of shape {}", axis, to_string(shape)),
          "this version compiles softmax over the last axis, or with nothing but ones before the axis");
  SoftmaxRows rows;
  rows.elements = shape[axis];
  rows.rows = outer * inner;
  rows.element_step = inner;
  rows.row_step = inner == 1 ? shape[axis] : 1;
  return rows;
}

void place_softmax(const Graph& graph, const Chip&, PlannedLayer& layer) {
  const auto& softmax = attributes<SoftmaxAttributes>(graph.nodes[layer.node]);
  const Value& input = graph.values[layer.input];
  const Value& output = graph.values[layer.output];
  require_u8(input);
  require(!output.quantization.quantized() && output.quantization.dtype == DataType::float16,
          "its output is " + to_string(output.quantization),
          "the PPU writes softmax as float16, unquantized");
  require(softmax.axis >= 0 && softmax.axis < static_cast<std::int64_t>(input.shape.size()),
          fmt::format("softmax axis {} of a shape of {} axes", softmax.axis, input.shape.size()));
  const SoftmaxRows rows = rows_of(input.shape, static_cast<std::size_t>(softmax.axis));
  require(rows.elements <= kMaxSoftmaxAxis, fmt::format("softmax over {} elements", rows.elements),
          fmt::format("at most {}", kMaxSoftmaxAxis));
  PpuJob job{};
  job.header = header_for(Engine::ppu, 0);
  job.input = run_view(input);
  job.output = run_view(output);
  job.threads = static_cast<std::uint32_t>(rows.rows);
  set_softmax_uniforms(job, rows, input.quantization);
  layer.job = job;
  layer.reason = "floating point: exponential and division run on the PPU";
}

}  // namespace

std::vector<PlacementRow> softmax_placements() { return {{"softmax", place_softmax}}; }

}  // namespace trireme
