// SPDX-License-Identifier: Apache-2.0
// Sums and differences of two tensors of codes -> NNE (formats.md §10). The array adds equal shapes: an
// operand that repeats is written out by the TP first.
#include <cstddef>

#include "compiler/place/families.h"
#include "compiler/place/reshuffle.h"
#include "compiler/plan/views.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

// Where the operand lies in the output's shape.
StorageRef repeated(Placement& placement, ValueId id) {
  const Value& value = placement.value(id);
  const Shape& shape = placement.output().shape;
  if (value.shape == shape) return operand_storage(placement.plan, id, placement.index);
  require(moves_data(placement.chip), "the chip has no tensor processor", "the array adds equal shapes");
  const StorageRef scratch =
      add_scratch(placement.plan, placement.node().name + " repeated " + value.name,
                  static_cast<std::uint64_t>(element_count(shape) * bytes_of(value.quantization.dtype)));
  add_moves(placement, {id, id, 0, 0, repeating_loops(value.shape, shape), scratch});
  return scratch;
}

TensorView view_as(Value value, const Shape& shape) {
  value.shape = shape;
  return view_of(value);
}

void place_add(Placement& placement) {
  const Node& node = placement.node();
  const ValueId a = node.inputs[0], b = node.inputs[1];
  const Value& output = placement.output();
  for (const Value& value : {placement.value(a), placement.value(b), output}) {
    require_codes(value);
    require_array_takes(value, placement.chip);
  }
  require(placement.rule != RequantRule::onnx || is_qlinear(placement.graph(), node, placement.rule),
          "ONNX Runtime computes it in float32", "under rule onnx the array adds codes of one type");
  NneJob job{};
  job.header = header_for(Engine::nne, static_cast<std::uint8_t>(NneOperation::add));
  job.post = saturating_post(output);
  job.subtract = node.op == "subtract" ? 1 : 0;
  job.input = view_as(placement.value(a), output.shape);
  job.input2 = view_as(placement.value(b), output.shape);
  job.output = view_of(output);
  PlannedJob planned{job, {}, {}, {}};
  const auto link = [&](std::size_t view, const StorageRef& storage) {
    planned.links.push_back({static_cast<std::uint16_t>(view + offsetof(TensorView, address)), storage, 0});
  };
  link(offsetof(NneJob, input), repeated(placement, a));
  link(offsetof(NneJob, output), value_storage(placement.layer.output));
  link(offsetof(NneJob, input2), repeated(placement, b));
  placement.layer.jobs.push_back(std::move(planned));
  placement.layer.reason = placement.chip.nne.tensor_add
                               ? "element by element, through the array's post-processing"
                               : "a convolution over both maps: the array has no addition of its own";
}

}  // namespace

std::vector<PlacementRow> add_placements() { return {{"add", place_add}, {"subtract", place_add}}; }

}  // namespace trireme
