// SPDX-License-Identifier: Apache-2.0
// The few graph surgeries all simplify passes are made of.
#pragma once

#include <string>

#include "model/graph/graph.h"

namespace trireme {

bool is_constant(const Graph& graph, ValueId value);  // kNone is not
bool is_graph_input(const Graph& graph, ValueId value);
bool is_graph_output(const Graph& graph, ValueId value);

// The one node that reads `value`; kNone if several do, none does, or the value is also a graph output.
NodeId sole_consumer(const Graph& graph, ValueId value);

// The node that produces `value` if it has one of the operators and nobody but the asker reads the value,
// else kNone.
NodeId sole_producer(const Graph& graph, ValueId value, const std::vector<std::string>& operators);

// Any input or output of the node carries quantization parameters.
bool touches_quantization(const Graph& graph, const Node& node);

// Takes a node out whose first input and only output mean the same: readers of the output read the input. A
// graph output keeps its name, so its producer changes. Returns false, nothing changed, where that is
// impossible.
bool bypass(Graph& graph, NodeId node);

// Merges `later` into `earlier`, which is the only producer of its data: `earlier` now produces the output of
// `later`.
void absorb(Graph& graph, NodeId earlier, NodeId later);

void erase_node(Graph& graph, NodeId node);  // producers of the remaining values renumbered

// A constant of float32 as input `index` of the node, named "<node>.<role>"; the old constant stays for
// others.
void set_constant_input(Graph& graph, NodeId node, std::size_t index, const std::string& role, Tensor tensor);

}  // namespace trireme
