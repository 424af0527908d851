// SPDX-License-Identifier: Apache-2.0
// The compiler's own IR below the graph: what each engine will be told, filled in by one pass after the
// other.
//   place   engine, operation, geometry of the job       fuse    neighbours merged into a job
//   share   values that are parts of one buffer          tile    tile sizes and superblocks
//   band    runs of layers cut into bands of rows        pack    constants as the engines read them
//   memory  addresses, caches, who waits for whom
// The job descriptors of isa/job.h are filled in place, so that timing/ can price a plan at any point.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"
#include "isa/network_binary.h"
#include "model/graph/graph.h"
#include "timing/cycles.h"

namespace trireme {

// Where bytes lie: a value of the graph, one of Plan::constants, one of Plan::scratch.
struct StorageRef {
  enum class Kind : std::uint8_t { value, constant, scratch };
  Kind kind;
  std::uint32_t index;
};

// An address in a descriptor that `memory` fills in: descriptor byte `field` := address of `storage` +
// offset.
struct AddressLink {
  std::uint16_t field;
  StorageRef storage;
  std::uint32_t offset = 0;
};

// Part of a convolution's output channels: one group of a grouped convolution.
struct KernelSlice {
  std::int64_t first = 0, count = 0;
};

struct PlannedJob {
  Job job;
  std::vector<AddressLink> links;
  std::vector<std::uint32_t>
      waits;               // jobs that must have finished, by index; nothing that follows from another wait
  KernelSlice kernels;     // NNE convolutions
  std::uint32_t part = 0;  // of a group: index in PlannedLayer::parts
};

// What jobs compute by themselves: a node with what is fused into it.
struct LayerPart {
  NodeId node = kNone;
  ValueId input = kNone, output = kNone;
  NodeId activation = kNone;  // merged: what the array looks up in a table of its results
};

// What cutting a run of layers into bands of rows cost and saved, as it was estimated.
struct Banding {
  int bands = 0, rows = 0;      // rows of the last layer's output; 0 bands: no group
  Cycle cycles = 0, apart = 0;  // in bands; layer by layer
};

// One layer of the model with what is fused into it; without jobs if it only renames data (reshape).
struct PlannedLayer {
  NodeId node = kNone;         // main node
  std::vector<NodeId> merged;  // computed by the same jobs, in order
  std::vector<PlannedJob> jobs;
  std::string reason;  // why this engine
  ValueId input = kNone;
  ValueId output = kNone;        // of the last merged node
  NodeId activation = kNone;     // merged: what the array looks up in a table of its results
  std::vector<LayerPart> parts;  // of a group of layers, in order; empty: the layer is one part
  Banding banding;
};
LayerPart part_of(const PlannedLayer& layer, std::uint32_t part);
std::size_t parts_of(const PlannedLayer& layer);  // at least one

// Bytes that are in memory before the first job.
struct ConstantData {
  enum class Role : std::uint8_t { coefficients, bias, table, program, data, step };
  std::string name;  // "conv1 coefficients"
  Role role;
  std::size_t layer;  // index in Plan::layers
  Bytes bytes;
  Address address = 0;
};

// Bytes that only the jobs of one layer use.
struct Scratch {
  std::string name;
  std::uint32_t bytes = 0;
};
const char* kind_of(ConstantData::Role role);  // as Buffer::kind

// The bytes of a value: those of a buffer, which is named by the value it was made for, from `offset` on.
struct ValueHome {
  ValueId buffer;
  std::uint32_t offset;
};

// A size of the VIP-SRAM that the plan could be made for, and when it would end by the estimate.
struct Budget {
  std::int64_t bytes = 0;
  Cycle cycles = 0;
};

struct Plan {
  Graph graph;  // simplified, quantized
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  std::vector<PlannedLayer> layers;  // in execution order
  std::vector<ConstantData> constants;
  std::vector<Scratch> scratch;
  std::vector<ValueHome> homes;                // after `share`, of every value
  std::vector<Buffer> buffers;                 // after `memory`
  std::vector<std::uint32_t> buffer_of_value;  // after `memory`: index in buffers, kNone without storage
  std::unordered_map<ValueId, std::uint32_t> constant_of_value;  // index in constants
  std::set<ValueId> off_vip_sram;                                // their buffers leave the VIP-SRAM to caches
  std::int64_t vip_sram_budget = 0;  // bytes of it that the plan is made for; 0: all
  std::vector<Budget> budgets;       // that `budget` tried, best first
  std::uint32_t dram_bytes = 0, vip_sram_bytes = 0, axi_sram_bytes = 0;
};

// The plan as text: the golden format of the pass tests and of --dump-ir.
std::string dump(const Plan& plan);

// A job by its place in the command stream.
struct JobPlace {
  std::size_t layer, job;  // index in Plan::layers, in PlannedLayer::jobs
};
std::vector<JobPlace> job_places(const Plan& plan);
PlannedJob& job_at(Plan& plan, const JobPlace& place);
const PlannedJob& job_at(const Plan& plan, const JobPlace& place);
// Index of each layer's first job in the command stream; kNone for layers without.
std::vector<std::uint32_t> first_jobs(const Plan& plan);

// What a node reads first of what is computed; its first input if all are constants.
ValueId data_input(const Graph& graph, const Node& node);

StorageRef value_storage(ValueId id);
// Adds a constant of a layer, or scratch, and says where it is.
StorageRef add_constant(Plan& plan, ConstantData constant);
StorageRef add_scratch(Plan& plan, std::string name, std::uint64_t bytes);
// The storage of an operand: of the value, or of a constant with its stored bytes (made once a value).
StorageRef operand_storage(Plan& plan, ValueId id, std::size_t layer);

std::string where_of(const Graph& graph, const PlannedLayer& layer);  // "node 'conv1' (convolution)"
std::string where_of(const Node& node);

}  // namespace trireme
