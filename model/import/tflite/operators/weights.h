// SPDX-License-Identifier: Apache-2.0
// Weights and biases: re-laid at import, so that the graph has its own order only.
#pragma once

#include "model/import/tflite/node_reader.h"

namespace trireme {

// A constant of the file with its axes in another order, the axis of its channels moved along.
Value permuted_constant(TfliteNode& node, const Value& constant, const std::vector<std::int64_t>& perm);

// Inputs data, weight, and the bias if there is one. A bias without scales of its own gets the product of the
// data's and the weight's, which is what it means (numerics.md §3).
std::vector<ValueId> layer_inputs(TfliteNode& node, ValueId data, Value weight, std::size_t bias_input);

// Codes of a weight on data of real numbers: the runtime quantizes the data on the fly; here real numbers are
// computed, and the user is told.
void note_hybrid(TfliteNode& node, const Value& data, const Value& weight);

}  // namespace trireme
