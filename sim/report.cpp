// SPDX-License-Identifier: Apache-2.0
#include "sim/report.h"

#include <algorithm>

#include "isa/peak.h"
#include "timing/front_end.h"

namespace trireme {

namespace {

std::vector<LayerProfile> layer_profiles(const RunContext& context, const Npu& npu) {
  std::vector<LayerProfile> layers;
  for (std::size_t i = 0; i < context.binary.layers.size(); ++i) {
    const LayerSymbol& symbol = context.binary.layers[i];
    LayerProfile layer;
    layer.lid = symbol.lid;
    layer.name = symbol.name;
    layer.op = symbol.op;
    layer.merged = symbol.merged;
    layer.engine = symbol.engine;
    layer.reason = symbol.reason;
    layer.input_shape = symbol.input_shape;
    layer.output_shape = symbol.output_shape;
    layer.macs = static_cast<std::uint64_t>(symbol.macs);
    layer.weight_bytes = static_cast<std::uint64_t>(symbol.weight_bytes);
    layer.coded_bytes = static_cast<std::uint64_t>(symbol.coded_bytes);
    layer.traffic = context.layer_traffic[i];
    layer.ppu_instructions = context.layer_ppu_instructions[i];
    for (const EngineUnit* engine : npu.engines()) layer.causes += engine->account().of_layer(i);
    layer.busy_cycles = layer.causes.total();
    layers.push_back(std::move(layer));
  }
  std::vector<bool> seen(layers.size(), false);
  for (std::size_t j = 0; j < context.binary.jobs.size(); ++j) {
    const std::uint16_t index = header_of(context.binary.jobs[j]).layer;
    LayerProfile& layer = layers[index];
    const JobTimes& times = context.job_times[j];
    layer.start_cycle = seen[index] ? std::min(layer.start_cycle, times.start) : times.start;
    layer.finish_cycle = std::max(layer.finish_cycle, times.finish);
    seen[index] = true;
  }
  return layers;
}

// Every cycle goes to the oldest unfinished layer (design §5): layers are in command order, so each is
// charged from where its predecessors had all finished to its own finish.
void charge_exclusive(Profile& profile) {
  Cycle charged = profile.exclusive_outside_layers;
  for (LayerProfile& layer : profile.layers) {
    if (layer.finish_cycle <= charged) continue;
    layer.exclusive_cycles = layer.finish_cycle - charged;
    charged = layer.finish_cycle;
  }
}

void add_utilization(Profile& profile, const Chip& chip) {
  const auto peak = static_cast<double>(peak_macs_per_cycle(chip));
  for (LayerProfile& layer : profile.layers) {
    if (layer.engine != name_of(Engine::nne) || layer.busy_cycles == 0) continue;
    layer.utilization = static_cast<double>(layer.macs) / (static_cast<double>(layer.busy_cycles) * peak);
  }
}

Profile make_profile(const RunContext& context, const Npu& npu, Cycle total) {
  Profile profile;
  profile.network = context.binary.name;
  profile.chip = context.binary.chip_name;
  profile.total_cycles = total;
  profile.clock_hz = context.chip.clock_hz;
  profile.start_hz = context.chip.governor.start_hz;
  profile.ramp_ps = context.chip.governor.ramp_ps;
  profile.layers = layer_profiles(context, npu);
  profile.exclusive_outside_layers = std::min<Cycle>(total, context.duration(network_start(context.chip)));
  charge_exclusive(profile);
  add_utilization(profile, context.chip);
  for (const LayerProfile& layer : profile.layers) {
    profile.traffic += layer.traffic;
    profile.macs += layer.macs;
    profile.ppu_instructions += layer.ppu_instructions;
  }
  for (const EngineUnit* engine : npu.engines()) {
    EngineProfile entry;
    entry.engine = name_of(engine->engine());
    entry.jobs = context.jobs_of_engine[static_cast<std::size_t>(engine->engine())];
    entry.causes = engine->account().total();
    entry.busy_cycles = entry.causes.total() - entry.causes[Cause::idle] - entry.causes[Cause::engine];
    profile.engines.push_back(entry);
  }
  return profile;
}

std::vector<MemoryBuffer> memory_buffers(const RunContext& context, Cycle total) {
  std::vector<MemoryBuffer> buffers;
  const std::size_t jobs = context.job_times.size();
  for (const Buffer& buffer : context.binary.buffers) {
    MemoryBuffer entry{
        buffer.name, buffer.kind, key_of(memory_of(buffer.address)), buffer.address, buffer.bytes, 0, total};
    // What the host puts there is there from the start; network outputs stay to the end.
    const bool from_host = buffer.kind != "feature_map" && buffer.kind != "output" && buffer.kind != "cache";
    if (!from_host && buffer.first_job < jobs) entry.from_cycle = context.job_times[buffer.first_job].start;
    if (buffer.kind != "output" && buffer.last_job < jobs)
      entry.to_cycle = context.job_times[buffer.last_job].finish;
    buffers.push_back(std::move(entry));
  }
  return buffers;
}

std::vector<GraphNode> graph_nodes(const NetworkBinary& binary) {
  std::vector<GraphNode> nodes;
  for (std::size_t i = 0; i < binary.layers.size(); ++i) {
    const LayerSymbol& symbol = binary.layers[i];
    GraphNode node{symbol.lid,
                   symbol.name,
                   symbol.op,
                   symbol.engine,
                   symbol.reason,
                   symbol.inputs,
                   symbol.merged,
                   symbol.output_shape,
                   {},
                   {},
                   {}};
    if (!symbol.outputs.empty()) {
      node.dtype = name_of(symbol.outputs.back().dtype);
      node.quantization = to_string(symbol.outputs.back().quantization);
    }
    for (std::uint32_t j = 0; j < binary.jobs.size(); ++j) {
      if (header_of(binary.jobs[j]).layer == i) node.jobs.push_back(j);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace

RunRecord make_record(RunContext& context, const Npu& npu, Cycle total) {
  RunRecord record;
  record.profile = make_profile(context, npu, total);
  record.buffers = memory_buffers(context, total);
  record.findings = context.checker.findings();
  context.timeline.finish();
  record.timeline = std::move(context.timeline);
  record.graph = graph_nodes(context.binary);
  return record;
}

}  // namespace trireme
