// SPDX-License-Identifier: Apache-2.0
#include "compiler/memory/storage.h"

#include <algorithm>
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

constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();

std::uint32_t add_buffer(Storage& storage, const Plan& plan, ValueId value, const char* kind,
                         std::uint32_t job) {
  const Value& data = plan.graph.values[value];
  storage.buffers.push_back({data.name, kind, 0, bytes_of_value(data), job, job});
  return static_cast<std::uint32_t>(storage.buffers.size() - 1);
}

std::uint32_t buffer_of(Storage& storage, const Plan& plan, const StorageRef& ref, std::uint32_t job) {
  if (ref.kind == StorageRef::Kind::value) {
    const ValueId home = plan.homes[ref.index].buffer;
    std::uint32_t& known = storage.buffer_of_value[home];
    if (known == kUnseen) known = add_buffer(storage, plan, home, "feature_map", job);
    return storage.buffer_of_value[ref.index] = known;
  }
  std::uint32_t& known = storage.buffer_of_scratch[ref.index];
  if (known == kUnseen) {
    const Scratch& scratch = plan.scratch[ref.index];
    storage.buffers.push_back({scratch.name, "scratch", 0, scratch.bytes, job, job});
    known = static_cast<std::uint32_t>(storage.buffers.size() - 1);
  }
  return known;
}

}  // namespace

std::vector<bool> joined_values(const Plan& plan) {
  std::vector<int> writers(plan.graph.values.size(), 0);
  for (const PlannedLayer& layer : plan.layers)
    writers[plan.homes[layer.output].buffer] += layer.jobs.empty() ? 0 : 1;
  std::vector<bool> joined(writers.size());
  for (std::size_t value = 0; value < joined.size(); ++value)
    joined[value] = writers[plan.homes[value].buffer] > 1;
  return joined;
}

Storage storage_of(const Plan& plan) {
  Storage storage;
  storage.buffer_of_value.assign(plan.graph.values.size(), kUnseen);
  storage.buffer_of_scratch.assign(plan.scratch.size(), kUnseen);
  // 1. The host writes the inputs before the first job.
  for (const ValueId input : plan.graph.inputs)
    storage.buffer_of_value[input] = add_buffer(storage, plan, input, "input", 0);
  // 2. A buffer lives from the first job that names one of its values to the last; a layer without job passes
  // its buffer on, or has no bytes to keep.
  std::uint32_t job = 0;
  for (const PlannedLayer& layer : plan.layers) {
    if (layer.jobs.empty()) {
      for (const ValueId output : plan.graph.nodes[layer.node].outputs) {
        if (output != kNone) buffer_of(storage, plan, value_storage(output), job);
      }
    }
    for (const PlannedJob& planned : layer.jobs) {
      for (const AddressLink& link : planned.links) {
        if (link.storage.kind == StorageRef::Kind::constant) continue;
        storage.buffers[buffer_of(storage, plan, link.storage, job)].last_job = job;
      }
      ++job;
    }
    for (const ValueId output : plan.graph.nodes[layer.node].outputs) {
      if (output == kNone) continue;
      // Parts that lie in place are named by no job of their own.
      if (plan.homes[output].buffer != output) buffer_of(storage, plan, value_storage(output), job);
      // What nobody reads can be seen after the layer's last job, like the other outputs.
      const std::uint32_t known = storage.buffer_of_value[output];
      if (known == kUnseen || layer.jobs.empty()) continue;
      Buffer& buffer = storage.buffers[known];
      buffer.last_job = std::max(buffer.last_job, job - 1);
    }
  }
  // 3. The host reads the outputs after the last job.
  for (const ValueId output : plan.graph.outputs) {
    Buffer& buffer = storage.buffers[storage.buffer_of_value[output]];
    if (buffer.kind == "feature_map") buffer.kind = "output";
    buffer.last_job = job == 0 ? 0 : job - 1;
  }
  storage.off_vip_sram.assign(storage.buffers.size(), false);
  for (const ValueId value : plan.off_vip_sram) {  // of those inside a group of layers nothing is left
    const std::uint32_t buffer = storage.buffer_of_value[value];
    if (buffer != kUnseen) storage.off_vip_sram[buffer] = true;
  }
  const std::vector<bool> joined = joined_values(plan);
  storage.joined.assign(storage.buffers.size(), false);
  for (std::size_t value = 0; value < joined.size(); ++value) {
    const std::uint32_t buffer = storage.buffer_of_value[value];
    if (joined[value] && buffer != kUnseen) storage.joined[buffer] = true;
  }
  return storage;
}

}  // namespace trireme
