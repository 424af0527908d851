// SPDX-License-Identifier: Apache-2.0
// softmax -> PPU: a program in float32 with float16 results (formats.md §10,
// compiler/pack/softmax_program.h).
#include <fmt/format.h>

#include <cstddef>

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

void place_softmax(Placement& placement) {
  const auto& softmax = attributes<SoftmaxAttributes>(placement.node());
  const Value &input = placement.input(), &output = placement.output();
  require_codes8(input);
  require(input.quantization.dtype == DataType::uint8, "its input is int8", "this program reads uint8");
  require(!output.quantization.quantized() && output.quantization.dtype == DataType::float16,
          "its output is " + to_string(output.quantization), "this program writes float16, unquantized");
  require(softmax.axis >= 0 && softmax.axis < static_cast<std::int64_t>(input.shape.size()),
          fmt::format("softmax axis {} of a shape of {} axes", softmax.axis, input.shape.size()));
  const SoftmaxRows rows = rows_of(input.shape, static_cast<std::size_t>(softmax.axis));
  require(rows.elements <= kMaxSoftmaxAxis, fmt::format("softmax over {} elements", rows.elements),
          fmt::format("at most {}", kMaxSoftmaxAxis));
  // 1. The program.
  const PpuProgram program = softmax_program();
  check_program(program, placement.chip.ppu.temp_registers, placement.chip.ppu.instruction_slots, "softmax");
  Bytes code = encode(program);
  // 2. The job.
  PpuJob job{};
  job.header = header_for(Engine::ppu, 0);
  job.program_bytes = static_cast<std::uint32_t>(code.size());
  job.threads = static_cast<std::uint32_t>(rows.rows);
  set_softmax_uniforms(job, rows, input.quantization);
  job.operands[0] = {0, bytes_stored(input), OperandRange::read};
  job.operands[1] = {0, bytes_stored(output), OperandRange::write};
  // 3. Its addresses.
  PlannedJob planned{job, {}, {}, {}};
  const StorageRef in = operand_storage(placement.plan, placement.layer.input, placement.index);
  const StorageRef out = value_storage(placement.layer.output);
  planned.links = {
      {ppu_operand_field(0), in, 0},
      {ppu_operand_field(1), out, 0},
      {ppu_uniform_field(kSoftmaxInput), in, 0},
      {ppu_uniform_field(kSoftmaxOutput), out, 0},
      {offsetof(PpuJob, program),
       add_constant(placement.plan, {placement.node().name + " program", ConstantData::Role::program,
                                     placement.index, std::move(code)}),
       0}};
  placement.layer.jobs.push_back(std::move(planned));
  placement.layer.reason = "floating point: exponential and division run on the PPU";
}

}  // namespace

std::vector<PlacementRow> softmax_placements() { return {{"softmax", place_softmax}}; }

}  // namespace trireme
