// SPDX-License-Identifier: Apache-2.0
// The network binary `.tnb`: everything a run needs. Stored as protobuf (isa/proto/tnb.proto) behind an
// 8-byte magic.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "isa/chip.h"
#include "isa/job.h"
#include "tensor/tensor.h"

namespace trireme {

constexpr int kNetworkBinaryVersion = 1;

struct Segment {     // initial memory content
  std::string name;  // "conv1 coefficients"
  Address address;
  Bytes bytes;
};

struct Buffer {  // one planned range; live from the first to the last job that touches it
  std::string name;
  std::string kind;  // input, output, feature_map, coefficients, constant, table, program, cache
  Address address;
  std::uint32_t bytes;
  std::uint32_t first_job, last_job;
};

struct LayerTensor {  // where a layer's output can be seen, and when
  std::string value;  // name in the graph
  std::string lid;
  Address address;
  Shape shape;  // as in the graph, N first
  DataType dtype;
  Quantization quantization;
  std::uint32_t row_stride, plane_stride;
  std::int32_t
      after_job;  // valid when this job and all its layer reads from have finished; -1: a network input
};

struct LayerSymbol {                // maps jobs back to the user's model
  std::string lid, name, op;        // of the main node
  std::vector<std::string> merged;  // lids computed here too (fused), in order
  std::string engine;               // "NN", "TP", "SH", "--" for layers that need no job
  std::string reason;               // why this engine
  std::vector<std::string> inputs;  // lids of the layers and network inputs it reads from
  Shape input_shape, output_shape;
  std::int64_t macs = 0;
  std::int64_t weight_bytes = 0, coded_bytes = 0;
  std::vector<LayerTensor> outputs;
};

struct IoTensor {
  std::string name, lid;
  Address address;
  Shape shape;
  DataType dtype;
  Quantization quantization;
};

struct NetworkBinary {
  int version = kNetworkBinaryVersion;
  std::string name;        // of the network
  std::string producer;    // "trireme 0.1.0"
  std::string model_hash;  // SHA-256 of graph and weights
  std::string chip_name;
  std::uint32_t chip_pid = 0;
  std::string chip_yaml;
  RequantRule rule = RequantRule::vipf;
  Ties ties = Ties::half_up;
  std::string options;                                                   // of the compiler, as text
  std::uint32_t dram_bytes = 0, vip_sram_bytes = 0, axi_sram_bytes = 0;  // used
  std::vector<Segment> segments;
  std::vector<Job> jobs;  // the command stream, in order
  std::vector<LayerSymbol> layers;
  std::vector<Buffer> buffers;
  std::vector<IoTensor> inputs, outputs;
};

void write_network_binary(const std::filesystem::path& path, const NetworkBinary& binary);
// Errors: not a .tnb (an NBG .nb is recognised and named), cut short, damaged, other version.
NetworkBinary read_network_binary(const std::filesystem::path& path);
// Every address range inside its memory, constants initialised and never written, no overlap of segments,
// every event signalled by one job, the command stream runs to its end, layers in range, programs valid. All
// problems at once. Neither read_network_binary nor simulate() calls this: a binary that must deadlock can
// still be run and reported.
void check(const NetworkBinary& binary, const Chip& chip, const std::string& where);
// The chip of the binary; Error if `wanted` (may be empty) names another chip.
Chip chip_of(const NetworkBinary& binary, const std::string& wanted, const std::string& where);

// nbinfo-style tables, 80 columns (formats.md §9.1). sections: any of "brief", "inputs", "outputs", "layers",
// "operations", "memory"; empty: all.
std::string info_text(const NetworkBinary& binary, const std::vector<std::string>& sections);

}  // namespace trireme
