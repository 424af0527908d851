// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/run_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/memory/operands.h"

namespace trireme {

EventTable::EventTable(std::size_t count) : set_(count, false), since_(count) {
  for (std::size_t i = 0; i < count; ++i) changed_.push_back(std::make_unique<sc_core::sc_event>());
}

void EventTable::signal(std::uint16_t id) {
  if (id == kNoEvent) return;
  if (!set_[id]) since_[id] = current_cycle();
  set_[id] = true;
  changed_[id]->notify(sc_core::SC_ZERO_TIME);
}

void EventTable::wait_for(std::uint16_t id) {
  while (!set_[id]) sc_core::wait(*changed_[id]);
}

namespace {
std::size_t event_count(const NetworkBinary& binary) {
  std::size_t count = 0;
  const auto include = [&](std::uint16_t id) {
    if (id != kNoEvent) count = std::max(count, std::size_t{id} + 1);
  };
  for (const Job& job : binary.jobs) {
    include(header_of(job).signal_event);
    for (const std::uint16_t id : header_of(job).wait_events) include(id);
  }
  return count;
}

// The layers that each layer reads from; they stand before it.
std::vector<std::vector<std::size_t>> sources_of(const NetworkBinary& binary) {
  std::vector<std::vector<std::size_t>> sources(binary.layers.size());
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < binary.layers.size(); ++i) {
    for (const std::string& lid : binary.layers[i].inputs) {
      if (known.count(lid) != 0) sources[i].push_back(known[lid]);
    }
    known.emplace(binary.layers[i].lid, i);
  }
  return sources;
}
}  // namespace

RunContext::RunContext(const NetworkBinary& program, const Chip& target, const SimulateOptions& run_options)
    : binary(program),
      chip(target),
      options(run_options),
      events(event_count(program)),
      job_times(program.jobs.size()),
      layer_traffic(program.layers.size()),
      layer_ppu_instructions(program.layers.size()),
      jobs_of_engine(kEngines),
      jobs_left_(program.layers.size()),
      complete_(program.layers.size()),
      sources_(sources_of(program)) {
  for (const Job& job : program.jobs) {
    ++jobs_of_engine[static_cast<std::size_t>(engine_of(job))];
    if (header_of(job).layer < jobs_left_.size()) ++jobs_left_[header_of(job).layer];
  }
  for (const Segment& segment : program.segments) {
    memory.write(segment.address, segment.bytes.data(), segment.bytes.size());
  }
}

std::string RunContext::describe(std::uint32_t job) const {
  const Job& what = binary.jobs[job];
  const std::uint16_t layer = header_of(what).layer;
  const std::string lid = layer < binary.layers.size() ? binary.layers[layer].lid : "?";
  return fmt::format("{} job {} ({})", name_of(engine_of(what)), job, lid);
}

void RunContext::record(const std::string& unit, const std::string& name, Cycle start, Cycle finish,
                        std::uint32_t layer, std::uint32_t value) {
  if (!options.timeline || finish == start) return;
  timeline.events.push_back({start, finish, timeline.unit(unit), timeline.name(name), layer, value});
}

void RunContext::job_finished(std::uint32_t job) {
  JobTimes& times = job_times[job];
  times.finished = true;
  times.finish = current_cycle();
  last_activity = std::max(last_activity, times.finish);
  ++jobs_finished;
  const std::uint16_t layer = header_of(binary.jobs[job]).layer;
  if (layer < jobs_left_.size()) --jobs_left_[layer];
  dump_complete_layers();
  if (options.progress) {
    options.progress(jobs_finished, binary.jobs.size(), binary.layers[layer].lid, times.finish);
  }
}

void RunContext::dump_complete_layers() {
  if (!options.data || !options.dump_layers) return;
  for (std::size_t i = 0; i < binary.layers.size(); ++i) {
    const auto complete = [&](std::size_t source) { return bool{complete_[source]}; };
    if (complete_[i] || jobs_left_[i] > 0 || !std::all_of(sources_[i].begin(), sources_[i].end(), complete))
      continue;
    complete_[i] = true;
    const std::vector<LayerTensor>& outputs = binary.layers[i].outputs;
    for (std::size_t k = 0; k < outputs.size(); ++k)
      layer_values[{i, k}] = golden_of(outputs[k], read_layer_tensor(memory, outputs[k]));
  }
}

Tensor read_layer_tensor(const MemoryImage& memory, const LayerTensor& layer) {
  Tensor tensor(layer.dtype, layer.shape);
  const int element = bytes_of(layer.dtype);
  // Innermost dimension is a row, the one before it the rows of a plane, the rest planes.
  const std::size_t rank = layer.shape.size();
  const std::int64_t width = rank >= 1 ? layer.shape[rank - 1] : 1;
  const std::int64_t height = rank >= 2 ? layer.shape[rank - 2] : 1;
  const std::int64_t planes = width * height == 0 ? 0 : tensor.size() / (width * height);
  std::uint8_t* target = tensor.bytes.data();
  const auto row_bytes = static_cast<std::uint64_t>(width * element);
  for (std::int64_t p = 0; p < planes; ++p) {
    for (std::int64_t y = 0; y < height; ++y) {
      const auto address =
          static_cast<Address>(layer.address + p * layer.plane_stride + y * layer.row_stride);
      memory.read(address, target, row_bytes);
      target += row_bytes;
    }
  }
  return tensor;
}

GoldenTensor golden_of(const LayerTensor& layer, Tensor tensor) {
  GoldenTensor golden;
  golden.value = layer.value;
  golden.lid = layer.lid;
  golden.tensor = std::move(tensor);
  golden.affine =
      layer.quantization.scheme == Quantization::Scheme::affine && !layer.quantization.per_channel();
  if (golden.affine) {
    golden.scale = layer.quantization.scale.at(0);
    golden.zero_point = layer.quantization.zero_point.at(0);
  }
  golden.fl = layer.quantization.fl;
  return golden;
}

}  // namespace trireme
