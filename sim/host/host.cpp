// SPDX-License-Identifier: Apache-2.0
#include "sim/host/host.h"

#include <fmt/format.h>

#include "isa/host_step.h"
#include "model/reference/execute.h"
#include "timing/host.h"

namespace trireme {

namespace {

void require_bytes(const OperandRange& operand, std::size_t bytes, const std::string& who) {
  if (operand.bytes != bytes)
    throw Error(who, fmt::format("an operand of {} bytes where the step has {}", operand.bytes, bytes));
}

}  // namespace

Host::Host(sc_core::sc_module_name name, RunContext& context, MemorySystem& memory)
    : EngineUnit(name, Engine::host, context, memory) {}

JobRanges Host::ranges(std::uint32_t index) const {
  JobRanges ranges{context_.describe(index), ranges_of(job(index).operands, OperandRange::read),
                   ranges_of(job(index).operands, OperandRange::write)};
  ranges.reads.push_back({job(index).step, job(index).step_bytes});
  return ranges;
}

void Host::read_operands(std::uint32_t index) {
  const std::string who = context_.describe(index);
  OperandReader reader = reader_for(index);
  const HostStep step =
      decode_host_step(reader.bytes(job(index).step, job(index).step_bytes, "its step"), who);
  const Node& node = step.graph.nodes.front();
  // 1. The operands in the order of the node's inputs.
  std::vector<Tensor> operands(node.inputs.size());
  std::vector<const Tensor*> inputs(node.inputs.size(), nullptr);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNone) continue;
    const Value& value = step.graph.values[node.inputs[i]];
    operands[i] = Tensor(value.quantization.dtype, value.shape);
    require_bytes(job(index).operands[i], operands[i].bytes.size(), who);
    operands[i].bytes =
        reader.bytes(job(index).operands[i].address, job(index).operands[i].bytes, "an operand");
    inputs[i] = &operands[i];
  }
  // 2. The operator.
  ExecuteOptions options;
  options.quantized = true;
  options.rule = step.rule;
  options.ties = step.ties;
  results_ = execute_node(step.graph, node, inputs, options);
}

void Host::spend(std::uint32_t index) {
  const std::uint32_t layer = layer_of(index);
  transfer_all(Stream::host_input, ranges_of(job(index).operands, OperandRange::read), false, layer);
  wait_cycles(host_cycles(job(index), context_.chip));
  account_.charge(Cause::compute, current_cycle());
  transfer_all(Stream::host_output, ranges_of(job(index).operands, OperandRange::write), true, layer);
}

void Host::write_results(std::uint32_t index) {
  std::size_t next = 0;
  for (const OperandRange& operand : job(index).operands) {
    if (operand.access != OperandRange::write) continue;
    const Tensor& result = results_.at(next++);
    require_bytes(operand, result.bytes.size(), context_.describe(index));
    context_.memory.write(operand.address, result.bytes.data(), result.bytes.size());
  }
  results_.clear();
}

}  // namespace trireme
