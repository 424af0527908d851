// SPDX-License-Identifier: Apache-2.0
// Quantized tensors in ONNX are plain integers; which scale they have stands in the nodes that read or write
// them. In the graph the value itself has it. While a model is imported, a computed value with quantization
// is such a tensor of integers; a constant with quantization is what DequantizeLinear makes of integers, that
// is, real numbers.
#pragma once

#include <optional>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// The inputs that an operator only moves (transposes, slices, gathers, …), so that its output has their codes
// and their parameters; empty for any other operator.
std::vector<ValueId> moved_inputs(const Node& node);

// From now on the integers of `value` are codes of these parameters, and so are those that it was moved from
// and is moved to. Errors, without a place: it has other parameters already, or its integers are calculated.
void assign_codes(Graph& graph, ValueId value, const Quantization& parameters);

// What the codes of constants mean after `node` has moved them; none if it calculates, or the outcome has no
// such parameters.
std::optional<Quantization> moved_parameters(const Graph& graph, const Node& node);

// Before the types of a new node are inferred: what moves codes has codes as its result. Error for an
// operator that would take codes for numbers.
void take_over_codes(Graph& graph, Node& node);

// Nodes whose entry in `erased` is true leave the graph; the others keep their order.
void erase_nodes(Graph& graph, const std::vector<bool>& erased);

}  // namespace trireme
