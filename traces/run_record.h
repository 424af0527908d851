// SPDX-License-Identifier: Apache-2.0
// What a run leaves behind, before it is written: plain data that the simulator fills and every report reads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tensor/tensor.h"

namespace trireme {

// Each engine attributes every cycle of a run to exactly one cause; they add up to the total.
enum class Cause : std::uint8_t { compute, coefficients, input, output, dram, engine, launch, idle };
constexpr int kCauses = 8;
const char* name_of(
    Cause cause);  // "compute", "wait_coefficients", "wait_input", "wait_output", "wait_dram",
                   // "wait_engine", "launch", "idle": keys of profile.json and column titles
struct CauseCycles {
  std::array<std::uint64_t, kCauses> cycles{};
  std::uint64_t& operator[](Cause cause) { return cycles[static_cast<std::size_t>(cause)]; }
  std::uint64_t operator[](Cause cause) const { return cycles[static_cast<std::size_t>(cause)]; }
  std::uint64_t total() const;
  CauseCycles& operator+=(const CauseCycles& other);
};

struct Traffic {  // bytes
  std::uint64_t ddr_read = 0, ddr_write = 0;
  std::uint64_t sram_read = 0, sram_write = 0;  // VIP-SRAM
  std::uint64_t axi_read = 0, axi_write = 0;    // AXI-SRAM
  Traffic& operator+=(const Traffic& other);
};

struct LayerProfile {
  std::string lid, name, op;
  std::vector<std::string> merged;
  std::string engine;  // "NN", "TP", "SH", "--"
  std::string reason;
  Shape input_shape, output_shape;
  std::uint64_t start_cycle = 0, finish_cycle = 0;
  std::uint64_t busy_cycles = 0;       // of its engine
  std::uint64_t exclusive_cycles = 0;  // charged to this layer alone; they add up to the total (design §5)
  CauseCycles causes;                  // of its engine while it worked on this layer
  Traffic traffic;
  std::uint64_t macs = 0;
  std::uint64_t ppu_instructions = 0;
  std::uint64_t weight_bytes = 0, coded_bytes = 0;
  double utilization = 0;  // macs / (busy cycles * peak macs a cycle), NNE layers
};

struct EngineProfile {
  std::string engine;
  std::uint64_t jobs = 0;
  std::uint64_t busy_cycles = 0;
  CauseCycles causes;  // total() == Profile::total_cycles
};

struct Profile {
  std::string network, chip;
  std::uint64_t total_cycles = 0;
  std::int64_t clock_hz = 0;
  std::int64_t start_hz = 0, ramp_ps = 0;  // the clock until the governor has raised it; ramp 0: never other
  std::uint64_t exclusive_outside_layers = 0;  // before the first job: network start
  std::vector<LayerProfile> layers;
  std::vector<EngineProfile> engines;
  Traffic traffic;
  std::uint64_t macs = 0, ppu_instructions = 0;
  std::uint64_t io_buffers = 0, io_bytes = 0;  // tensors that the host hands over and takes back
  double time_ms() const { return 1e-3 * total_microseconds(); }
  double fps() const { return total_cycles == 0 ? 0.0 : 1e3 / time_ms(); }
  double total_microseconds() const;                // of the run, with the ramp of the clock
  double microseconds(std::uint64_t cycles) const;  // at clock_hz
};

// Fixed-size timeline record; names are interned.
struct TimelineEvent {  // 32 bytes
  std::uint64_t start_cycle, finish_cycle;
  std::uint32_t unit;   // index into Timeline::units: "NN", "NN fetch", "DRAM read", …
  std::uint32_t name;   // index into Timeline::names
  std::uint32_t layer;  // index of the layer or 0xFFFFFFFF
  std::uint32_t value;  // bytes of a transfer, job index of a job
};
static_assert(sizeof(TimelineEvent) == 32);

constexpr std::uint32_t kNoLayer = 0xFFFFFFFF;

struct Timeline {
  std::vector<std::string> units, names;
  std::vector<TimelineEvent> events;            // sorted by (unit, start) when finished
  std::uint32_t unit(const std::string& text);  // interns
  std::uint32_t name(const std::string& text);
  // Sorts names and events, so that the result does not depend on the order in which they came.
  void finish();

  std::unordered_map<std::string, std::uint32_t> unit_index,
      name_index;  // of the interned texts; never walked
};

struct MemoryBuffer {              // memory.json
  std::string name, kind, memory;  // memory: "dram", "axi_sram", "vip_sram"
  std::uint64_t address = 0, bytes = 0, from_cycle = 0, to_cycle = 0;
};

struct Finding {     // of the memory checker
  std::string kind;  // "uninitialised read", "write under a running job"
  std::string text;  // who, where, when
};

struct GoldenTensor {  // input or output of the network, or one layer's
  std::string value, lid;
  Tensor tensor;  // stored integers or floats
  bool affine = false;
  float scale = 0;
  std::int32_t zero_point = 0;
  double fl = 0;
};

struct GraphNode {  // graph.json
  std::string lid, name, op, engine, reason;
  std::vector<std::string> inputs, merged;  // lids it reads from; lids computed with it
  Shape output_shape;
  std::string dtype, quantization;
  std::vector<std::uint32_t> jobs;
};

struct RunRecord {
  Profile profile;
  Timeline timeline;
  std::vector<MemoryBuffer> buffers;
  std::vector<Finding> findings;
  std::vector<GraphNode> graph;
  std::vector<GoldenTensor> inputs, outputs, layers;  // layers only on request; empty without data
  std::map<std::string, std::string> run;   // run.yaml: model hash, chip, options, versions, rule, confidence
  std::map<std::string, std::string> host;  // wall time and machine: the only part that may differ
};

}  // namespace trireme
