// SPDX-License-Identifier: Apache-2.0
// Which values of a graph carry quantization parameters, and in what role.
#pragma once

#include <vector>

#include "model/graph/graph.h"

namespace trireme {

bool has_weights(const Node& node);  // convolution, fullconnect: inputs data, weight [, bias]
bool is_clamp(const Node& node);     // relu, relun

// Operators whose outputs are some of their first input's codes: max pooling, reshape, slice, nearest resize,
// …
bool moves_codes(const Node& node);

// Values that are float16 and no codes, whatever a table says: the result of a softmax, and what only moves
// it, where nothing but the network's outputs comes of it. A softmax whose result is computed with
// (attention) has codes.
std::vector<bool> float16_values(const Graph& graph);

enum class Role : std::uint8_t { activation, weight, bias };

struct Slot {
  ValueId value;
  Role role;
  NodeId node;  // producer of an activation (kNone for a graph input), reader of a weight or bias
};

// In layer order: graph inputs, then of each node its outputs, weight and bias. Integer activations (token
// ids, shapes) have no parameters and no slot. Error for a weight or bias that is not constant.
std::vector<Slot> quantization_slots(const Graph& graph);

// Gives every node its own weight and bias value: a bias scale belongs to one node's input, and the table has
// one key a node. The numbers stay shared.
void unshare_weights(Graph& graph);

}  // namespace trireme
