// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "sim/npu.h"
#include "sim/report.h"

namespace trireme {

namespace {

// SystemC keeps one simulation a process in a global context; it is fresh again once all modules are gone.
class Session {
 public:
  Session() { setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1); }
  ~Session() {
    npu.reset();
    sc_core::sc_get_curr_simcontext()->reset();
  }
  std::unique_ptr<Npu> npu;
};

void load_inputs(const NetworkBinary& binary, const std::vector<Tensor>& inputs, RunContext& context) {
  if (inputs.size() != binary.inputs.size()) {
    throw Error(binary.name,
                fmt::format("the network takes {} inputs, {} given", binary.inputs.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const IoTensor& wanted = binary.inputs[i];
    if (inputs[i].shape != wanted.shape || inputs[i].dtype != wanted.dtype) {
      throw Error(binary.name,
                  fmt::format("input '{}' is {} {}, given is {} {}", wanted.name, name_of(wanted.dtype),
                              to_string(wanted.shape), name_of(inputs[i].dtype), to_string(inputs[i].shape)));
    }
    context.memory.write(wanted.address, inputs[i].bytes.data(), inputs[i].bytes.size());
  }
}

// A simulation that ran dry before its last job is a deadlock: say who waits for what.
void require_finished(const RunContext& context, const Npu& npu) {
  if (context.jobs_finished == context.binary.jobs.size()) return;
  Problems problems;
  for (const EngineUnit* engine : npu.engines()) {
    const std::string waiting = engine->waits_for();
    if (!waiting.empty()) problems.add(fmt::format("deadlock in cycle {}", context.last_activity), waiting);
  }
  problems.throw_if_any();
  internal_error("the simulation stopped early and no engine waits");
}

GoldenTensor golden_of(const IoTensor& io, Tensor tensor) {
  LayerTensor as_layer;
  as_layer.value = io.name;
  as_layer.lid = io.lid;
  as_layer.quantization = io.quantization;
  return golden_of(as_layer, std::move(tensor));
}

void collect_values(const RunContext& context, const std::vector<Tensor>& inputs, RunRecord& record) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    record.inputs.push_back(golden_of(context.binary.inputs[i], inputs[i]));
  }
  for (const IoTensor& io : context.binary.outputs) {
    Tensor tensor(io.dtype, io.shape);
    context.memory.read(io.address, tensor.bytes.data(), tensor.bytes.size());
    record.outputs.push_back(golden_of(io, std::move(tensor)));
  }
  for (const auto& [key, golden] : context.layer_values) record.layers.push_back(golden);
}

}  // namespace

RunRecord simulate(const NetworkBinary& binary, const Chip& chip, const std::vector<Tensor>& inputs,
                   const SimulateOptions& options) {
  // 1. Memory as the host leaves it.
  Session session;
  RunContext context(binary, chip, options);
  if (options.data) load_inputs(binary, inputs, context);
  context.dump_complete_layers();
  // 2. Build and run until nothing is left to happen.
  session.npu = std::make_unique<Npu>(context, options.reverse_construction);
  sc_core::sc_start();
  if (context.failure) std::rethrow_exception(context.failure);
  require_finished(context, *session.npu);
  // 3. Close the books and hand over.
  const Cycle total = context.last_activity;
  for (EngineUnit* engine : session.npu->engines()) engine->account().charge(Cause::idle, total);
  RunRecord record = make_record(context, *session.npu, total);
  if (options.data) collect_values(context, inputs, record);
  return record;
}

}  // namespace trireme
