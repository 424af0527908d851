// SPDX-License-Identifier: Apache-2.0
// What no engine runs: a named step of the host, its cost a formula of its shapes.
#include <cstddef>

#include "compiler/place/families.h"
#include "isa/host_step.h"

namespace trireme {

void place_on_host(Placement& placement) {
  const Node& node = placement.node();
  HostJob job{};
  job.header = header_for(Engine::host, 0);
  Bytes step = encode_host_step(placement.graph(), node, placement.rule, placement.plan.ties);
  job.step_bytes = static_cast<std::uint32_t>(step.size());
  PlannedJob planned{job, {}, {}, {}};
  auto& host = std::get<HostJob>(planned.job);
  std::size_t operand = 0;
  const auto add = [&](ValueId id, OperandRange::Access access) {
    if (id != kNone) {
      host.operands[operand].bytes = bytes_stored(placement.value(id));
      host.operands[operand].access = access;
      planned.links.push_back(
          {static_cast<std::uint16_t>(offsetof(HostJob, operands) + operand * sizeof(OperandRange)),
           operand_storage(placement.plan, id, placement.index), 0});
    }
    ++operand;
  };
  for (const ValueId id : node.inputs) add(id, OperandRange::read);
  for (const ValueId id : node.outputs) add(id, OperandRange::write);
  const StorageRef text = add_constant(
      placement.plan, {node.name + " step", ConstantData::Role::step, placement.index, std::move(step)});
  planned.links.push_back({offsetof(HostJob, step), text, 0});
  placement.layer.jobs.push_back(std::move(planned));
}

}  // namespace trireme
