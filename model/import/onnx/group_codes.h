// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/graph/graph.h"

namespace trireme {

// From the form in which ONNX has quantized networks (dequantize, an operator of real numbers, quantize) to
// operators on codes. Only what gives the same bits is rewritten, but for convolutions, matrix products,
// sums, products, averages and softmax: between dequantize and quantize they mean the operator on codes if
// `integer_operators` (QDQ files), and stay in float32 else (files that say QLinearConv where they mean
// integers).
void group_codes(Graph& graph, bool integer_operators);

// The steps, in order. All expect topological order and leave dead nodes and values behind.
void move_dequantize_down(Graph& graph);  // behind what only moves; quantize of dequantize vanishes
void move_quantize_up(Graph& graph);      // in front of what only moves, and of clamps
void group_operators(Graph& graph, bool integer_operators);
void decode_constants(Graph& graph);  // of operators that stayed in float32

}  // namespace trireme
