// SPDX-License-Identifier: Apache-2.0
// The compiler's own IR below the graph: what each engine will be told, filled in by one pass after the
// other.
//   place   engine, operation, geometry of the job       fuse    neighbours merged into a job
//   tile    tile sizes and superblocks                   pack    constants as the engines read them
//   memory  addresses, caches, who waits for whom
// The job descriptors of isa/job.h are filled in place, so that timing/ can price a plan at any point.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"
#include "isa/network_binary.h"
#include "model/graph/graph.h"

namespace trireme {

// One layer of the model with what is fused into it; `job` is empty for a layer that only renames data
// (reshape).
struct PlannedLayer {
  NodeId node = kNone;         // main node
  std::vector<NodeId> merged;  // computed by the same job, in order
  std::optional<Job> job;
  std::string reason;  // why this engine
  ValueId input = kNone;
  ValueId output = kNone;  // of the last merged node
  std::vector<std::uint32_t>
      waits;  // jobs that must have finished, by index; nothing that follows from another wait
};

// Bytes that are in memory before the first job.
struct ConstantData {
  enum class Role : std::uint8_t { coefficients, bias, table, program };
  std::string name;  // "conv1 coefficients"
  Role role;
  std::size_t layer;  // index in Plan::layers
  Bytes bytes;
  Address address = 0;
};
const char* kind_of(ConstantData::Role role);  // as Buffer::kind

struct Plan {
  Graph graph;                       // simplified, quantized
  std::vector<PlannedLayer> layers;  // in execution order
  std::vector<ConstantData> constants;
  std::vector<Buffer> buffers;  // after `memory`
  std::vector<std::uint32_t>
      buffer_of_value;  // after `memory`: index in buffers, kNone for values without storage
  std::uint32_t dram_bytes = 0, vip_sram_bytes = 0;
};

// The plan as text: the golden format of the pass tests and of --dump-ir.
std::string dump(const Plan& plan);

// Index of each layer's job in the command stream; kNone for layers without.
std::vector<std::uint32_t> job_indices(const Plan& plan);
std::vector<std::size_t> layers_with_jobs(const Plan& plan);          // the inverse
std::string where_of(const Graph& graph, const PlannedLayer& layer);  // "node 'conv1' (convolution)"
std::string where_of(const Node& node);

}  // namespace trireme
