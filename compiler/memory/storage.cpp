// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/storage.h"

#include <limits>

namespace trireme {

namespace {

std::uint32_t bytes_of_value(const Value& value) {
  const std::int64_t bytes = element_count(value.shape) * bytes_of(value.quantization.dtype);
  if (bytes > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    throw Error("value '" + value.name + "'",
                "its shape " + to_string(value.shape) + " takes more than 4 GiB", "no engine addresses more");
  }
  return static_cast<std::uint32_t>(bytes);
}

std::uint32_t add_buffer(Storage& storage, const Plan& plan, ValueId value, const char* kind,
                         std::uint32_t job) {
  const Value& data = plan.graph.values[value];
  storage.buffers.push_back({data.name, kind, 0, bytes_of_value(data), job, job});
  storage.buffer_of_value[value] = static_cast<std::uint32_t>(storage.buffers.size() - 1);
  return storage.buffer_of_value[value];
}

}  // namespace

Storage storage_of(const Plan& plan) {
  Storage storage;
  storage.buffer_of_value.assign(plan.graph.values.size(), kNone);
  // 1. The host writes the inputs before the first job.
  for (const ValueId input : plan.graph.inputs) add_buffer(storage, plan, input, "input", 0);
  // 2. A job defines its output and keeps its input alive; a layer without job passes its buffer on.
  const std::vector<std::uint32_t> jobs = job_indices(plan);
  std::uint32_t last_job = 0;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const PlannedLayer& layer = plan.layers[i];
    const std::uint32_t input = storage.buffer_of_value[layer.input];
    if (input == kNone) internal_error("a layer reads a value without storage");
    if (jobs[i] == kNone) {
      storage.buffer_of_value[layer.output] = input;
      continue;
    }
    storage.buffers[input].last_job = jobs[i];
    add_buffer(storage, plan, layer.output, "feature_map", jobs[i]);
    last_job = jobs[i];
  }
  // 3. The host reads the outputs after the last job.
  for (const ValueId output : plan.graph.outputs) {
    Buffer& buffer = storage.buffers[storage.buffer_of_value[output]];
    if (buffer.kind == "feature_map") buffer.kind = "output";
    buffer.last_job = last_job;
  }
  return storage;
}

}  // namespace trireme
