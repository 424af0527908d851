// SPDX-License-Identifier: Apache-2.0
// One file an operator family. Each exports rows; place.cpp joins them. A row's function fills jobs and
// reason of a layer whose node, input and output are set, or throws Error without a place: why its engine
// cannot.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/plan.h"

namespace trireme {

struct Placement {
  Plan& plan;  // its graph is complete; layers before this one are placed
  const Chip& chip;
  RequantRule rule;
  PlannedLayer& layer;
  std::size_t index;  // of the layer

  const Graph& graph() const { return plan.graph; }
  const Node& node() const { return plan.graph.nodes[layer.node]; }
  const Value& value(ValueId id) const { return plan.graph.values[id]; }
  const Value& input() const { return value(layer.input); }
  const Value& output() const { return value(layer.output); }
};

struct PlacementRow {
  const char* op;
  void (*place)(Placement& placement);
};

std::vector<PlacementRow> convolution_placements();
std::vector<PlacementRow> deconvolution_placements();
std::vector<PlacementRow> fullconnect_placements();
std::vector<PlacementRow> pooling_placements();
std::vector<PlacementRow> normalization_placements();
std::vector<PlacementRow> lookup_placements();    // activations: one code in, one code out
std::vector<PlacementRow> movement_placements();  // reshape, permute, identity
std::vector<PlacementRow> softmax_placements();
std::vector<PlacementRow> matmul_placements();
std::vector<PlacementRow> add_placements();  // sums and differences of two tensors of codes

// Any operator that has a PPU program; false if there is none for it.
bool place_on_ppu(Placement& placement);
// Any operator, as a step of the host.
void place_on_host(Placement& placement);

// Checks that several families share; each throws Error without a place.
void require(bool holds, const std::string& what, const std::string& hint = {});
void require_codes8(const Value& value);  // asymmetric affine uint8 or int8, one scale
void require_codes(const Value& value);   // 8 or 16 bits, one scale or one fixed point
// uint8, int8 or int16, one scale or one fixed point, or one scale along the axis of the output channels;
// zero points alike.
void require_weights(const Value& value, int channel_axis = 0);
const Tensor& require_constant(const Graph& graph, const Node& node, std::size_t input, const char* role);
void require_image(const Value& value);  // [N,C,H,W] within the engines' size fields
void require_bias(const Graph& graph,
                  const Node& node);  // int32 or int64 codes; calibrated: input scale * weight scale
// What the requantizer of wide sums lacks (model/reference/kernels/accumulate.cpp).
void require_bias_of_wide_sums(const Placement& placement);

// A tensor processor, if only of reduced cores: it moves, pools and clamps.
bool moves_data(const Chip& chip);
// 16 bits where NNCoreCount_INT16 is not 0 (hardware.md §1.5).
void require_array_takes(const Value& value, const Chip& chip);

// One scale for all weights where there is no NN_PER_CHANNEL_QUANT: such layers run on the PPU, as the vendor
// of one of these chips says (hardware.md §2.5 [STW]).
void require_array_scales(const Value& weight, const Chip& chip);

PostProcessing saturating_post(const Value& output);  // clamps to the codes there are, rule left to `pack`
TpJob tp_job(TpOperation operation, const Value& output);

// Appends a job that reads the layer's input and writes its output, both `offset` elements behind their
// beginning.
struct ElementOffsets {
  std::int64_t input = 0, output = 0;
};
PlannedJob& add_job(Placement& placement, NneJob job, ElementOffsets offsets = {});
PlannedJob& add_job(Placement& placement, TpJob job, ElementOffsets offsets = {});
std::uint32_t bytes_stored(const Value& value);  // Error beyond 4 GiB
// Where a PPU job's descriptor has the address of an operand range, and a uniform.
std::uint16_t ppu_operand_field(std::size_t operand);
std::uint16_t ppu_uniform_field(std::size_t uniform);
JobHeader header_for(Engine engine, std::uint8_t operation);

}  // namespace trireme
