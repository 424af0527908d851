// SPDX-License-Identifier: Apache-2.0
#include "compiler/fuse/fuse.h"

#include <algorithm>

#include "compiler/fuse/rules.h"

namespace trireme {

namespace {

// The layer that alone reads `value`, if its main node does and the value is no output of the network.
std::size_t sole_reader(const Plan& plan, ValueId value) {
  const Graph& graph = plan.graph;
  const bool output = std::find(graph.outputs.begin(), graph.outputs.end(), value) != graph.outputs.end();
  const std::vector<NodeId> readers = consumers(graph, value);
  if (output || readers.size() != 1) return plan.layers.size();
  const auto found = std::find_if(plan.layers.begin(), plan.layers.end(),
                                  [&](const PlannedLayer& layer) { return layer.node == readers.front(); });
  return static_cast<std::size_t>(found - plan.layers.begin());
}

// The jobs write the follower's output now.
void merge(Plan& plan, std::size_t into, std::size_t follower) {
  PlannedLayer& layer = plan.layers[into];
  for (PlannedJob& job : layer.jobs) {
    for (AddressLink& link : job.links) {
      const bool output = link.storage.kind == StorageRef::Kind::value && link.storage.index == layer.output;
      if (output) link.storage.index = plan.layers[follower].output;
    }
  }
  layer.merged.push_back(plan.layers[follower].node);
  layer.output = plan.layers[follower].output;
  layer.reason += "; " + plan.graph.nodes[plan.layers[follower].node].op + " on the way out";
  plan.layers.erase(plan.layers.begin() + static_cast<std::ptrdiff_t>(follower));
  for (ConstantData& constant : plan.constants) {
    if (constant.layer > follower) --constant.layer;
  }
}

// On the PPU, or as a step of the host.
bool runs_program(const PlannedLayer& layer) {
  return std::any_of(layer.jobs.begin(), layer.jobs.end(), [](const PlannedJob& planned) {
    const Engine engine = engine_of(planned.job);
    return engine == Engine::ppu || engine == Engine::host;
  });
}

bool looks_up(const PlannedLayer& layer) {
  return !layer.jobs.empty() &&
         std::all_of(layer.jobs.begin(), layer.jobs.end(), [](const PlannedJob& planned) {
           const auto* job = std::get_if<TpJob>(&planned.job);
           return job != nullptr && is(*job, TpOperation::lut);
         });
}

// Other jobs prepare what these read.
bool writes(const PlannedJob& job, ValueId output) {
  return std::any_of(job.links.begin(), job.links.end(), [&](const AddressLink& link) {
    return link.storage.kind == StorageRef::Kind::value && link.storage.index == output;
  });
}

// All jobs that write the layer's output, or none.
template <typename Fuse>
bool fuse_all(PlannedLayer& layer, const Fuse& fuse) {
  std::vector<PlannedJob> jobs = layer.jobs;
  const auto fuses = [&](PlannedJob& job) { return !writes(job, layer.output) || fuse(job.job); };
  if (!std::all_of(jobs.begin(), jobs.end(), fuses)) return false;
  layer.jobs = std::move(jobs);
  return true;
}

// The one job that writes the layer's output.
bool fuse_pooling(const Plan& plan, const Chip& chip, const Node& follower, PlannedLayer& layer) {
  const auto last = [&](const PlannedJob& job) { return writes(job, layer.output); };
  return std::count_if(layer.jobs.begin(), layer.jobs.end(), last) == 1 &&
         fuse_all(layer, [&](Job& job) { return fuse_max_pooling(plan.graph, chip, follower, job); });
}

bool fuse_into(const Plan& plan, const Chip& chip, const PlannedLayer& reader, PlannedLayer& layer) {
  const Graph& graph = plan.graph;
  const Node& follower = graph.nodes[reader.node];
  if (fuse_all(layer, [&](Job& job) { return fuse_activation(graph, plan.rule, follower, job); }))
    return true;
  if (looks_up(reader) && fuse_all(layer, [&](Job& job) { return fuse_table(graph, chip, follower, job); })) {
    layer.activation = reader.node;
    return true;
  }
  return fuse_pooling(plan, chip, follower, layer);
}

}  // namespace

void fuse(Plan& plan, const Chip& chip) {
  // Layers are in topological order: a follower stands behind the layer that takes it, so indices stay valid.
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    while (!plan.layers[i].jobs.empty()) {
      const std::size_t reader = sole_reader(plan, plan.layers[i].output);
      if (reader == plan.layers.size()) break;
      // Its text is among the constants already, and stays.
      if (runs_program(plan.layers[reader])) break;
      if (!fuse_into(plan, chip, plan.layers[reader], plan.layers[i])) break;
      merge(plan, i, reader);
    }
  }
}

}  // namespace trireme
