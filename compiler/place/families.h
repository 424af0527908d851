// SPDX-License-Identifier: Apache-2.0
// One file an operator family. Each exports rows; place.cpp joins them. A row's function fills job and reason
// of a layer whose node, input and output are set, and throws Error without a place.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/plan.h"

namespace trireme {

struct PlacementRow {
  const char* op;
  void (*place)(const Graph& graph, const Chip& chip, PlannedLayer& layer);
};

std::vector<PlacementRow> convolution_placements();
std::vector<PlacementRow> fullconnect_placements();
std::vector<PlacementRow> pooling_placements();
std::vector<PlacementRow> lookup_placements();    // activations: one code in, one code out
std::vector<PlacementRow> movement_placements();  // reshape, permute, identity
std::vector<PlacementRow> softmax_placements();

// Checks that several families share; each throws Error without a place.
void require(bool holds, const std::string& what, const std::string& hint = {});
// One text, so that place() can tell a model of another batch from other faults.
inline constexpr const char* kBatchHint = "this version compiles batch 1 only";
void require_u8(const Value& value);  // asymmetric affine uint8, one scale
const Tensor& require_constant(const Graph& graph, const Node& node, std::size_t input, const char* role);
void require_image(const Value& value);  // [1,C,H,W] within the engines' size fields
void require_scale_of_bias(const Graph& graph, const Node& node);  // input scale * weight scale

PostProcessing saturating_post();  // clamp 0..255, rule left to `pack`
JobHeader header_for(Engine engine, std::uint8_t operation);

}  // namespace trireme
