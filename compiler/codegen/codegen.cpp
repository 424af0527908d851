// SPDX-License-Identifier: Apache-2.0
#include "compiler/codegen/codegen.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "compiler/codegen/symbols.h"

namespace trireme {

namespace {

// A job signals an event of its own number, if somebody waits for it.
std::vector<Job> commands_of(const Plan& plan) {
  const std::vector<JobPlace> places = job_places(plan);
  std::set<std::uint32_t> awaited;
  for (const JobPlace& place : places) {
    const auto& waits = job_at(plan, place).waits;
    awaited.insert(waits.begin(), waits.end());
  }
  std::vector<Job> jobs;
  for (std::uint32_t index = 0; index < places.size(); ++index) {
    const PlannedJob& planned = job_at(plan, places[index]);
    Job job = planned.job;
    JobHeader& header = header_of(job);
    header.job = static_cast<std::uint16_t>(index);
    header.layer = symbol_of_layer(plan, places[index].layer);
    header.signal_event = awaited.count(index) != 0 ? static_cast<std::uint16_t>(index) : kNoEvent;
    std::copy(planned.waits.begin(), planned.waits.end(), std::begin(header.wait_events));
    jobs.push_back(job);
  }
  return jobs;
}

std::vector<Segment> segments_of(const Plan& plan) {
  std::vector<Segment> segments;
  for (const ConstantData& constant : plan.constants)
    segments.push_back({constant.name, constant.address, constant.bytes});
  return segments;
}

std::string text_of(const CompileOptions& options) {
  static const char* const kSearches[] = {"coarsest", "cheapest", "exhaustive"};
  return fmt::format("rule={} ties={} fuse={:d} vip_sram={:d} preload={:d} bands={:d} tiles={}",
                     name_of(options.rule), name_of(options.ties), options.fuse, options.use_vip_sram,
                     options.preload, options.bands,
                     kSearches[static_cast<std::size_t>(options.tile_search)]);
}

}  // namespace

NetworkBinary generate(const Plan& plan, const Chip& chip, const CompileOptions& options) {
  if (plan.graph.inputs.size() + plan.layers.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw Error("network '" + plan.graph.name + "'", "it has more than 65535 layers", "");
  }
  NetworkBinary binary;
  binary.name = plan.graph.name;
  binary.producer = "trireme " TRIREME_VERSION;
  binary.model_hash = model_hash(plan.graph);
  binary.chip_name = chip.name;
  binary.chip_pid = chip.pid;
  binary.chip_yaml = chip.yaml;
  binary.rule = options.rule;
  binary.ties = options.ties;
  binary.options = text_of(options);
  binary.dram_bytes = plan.dram_bytes;
  binary.vip_sram_bytes = plan.vip_sram_bytes;
  binary.axi_sram_bytes = plan.axi_sram_bytes;
  binary.segments = segments_of(plan);
  binary.jobs = commands_of(plan);
  binary.layers = symbols_of(plan);
  binary.buffers = plan.buffers;
  binary.inputs = io_tensors(plan, plan.graph.inputs, plan.graph.input_lids);
  binary.outputs = io_tensors(plan, plan.graph.outputs, plan.graph.output_lids);
  return binary;
}

}  // namespace trireme
