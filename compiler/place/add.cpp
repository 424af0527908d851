// SPDX-License-Identifier: Apache-2.0
// Sums and differences of two tensors of codes -> NNE (formats.md §10).
#include <cstddef>

#include "compiler/place/families.h"
#include "compiler/plan/views.h"
#include "model/reference/qlinear.h"

namespace trireme {

namespace {

void place_add(Placement& placement) {
  const Node& node = placement.node();
  const Value &a = placement.value(node.inputs[0]), &b = placement.value(node.inputs[1]);
  const Value& output = placement.output();
  require_codes(a);
  require_codes(b);
  require_codes(output);
  require(a.shape == output.shape && b.shape == output.shape,
          "it adds " + to_string(a.shape) + " and " + to_string(b.shape), "the array adds equal shapes");
  require(placement.rule != RequantRule::onnx || is_qlinear(placement.graph(), node, placement.rule),
          "ONNX Runtime computes it in float32", "under rule onnx the array adds codes of one type");
  NneJob job{};
  job.header = header_for(Engine::nne, static_cast<std::uint8_t>(NneOperation::add));
  job.post = saturating_post(output);
  job.subtract = node.op == "subtract" ? 1 : 0;
  job.input = view_of(a);
  job.input2 = view_of(b);
  job.output = view_of(output);
  PlannedJob& added = add_job(placement, job);
  added.links.push_back({offsetof(NneJob, input2) + offsetof(TensorView, address),
                         operand_storage(placement.plan, node.inputs[1], placement.index), 0});
  placement.layer.reason = "element by element, through the array's post-processing";
}

}  // namespace

std::vector<PlacementRow> add_placements() { return {{"add", place_add}, {"subtract", place_add}}; }

}  // namespace trireme
