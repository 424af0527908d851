// SPDX-License-Identifier: Apache-2.0
// From observed ranges to quantization parameters (formats.md §4.3).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// One entry a value: extended to contain 0.
struct Range {
  float min = 0, max = 0;
  bool seen = false;
};

struct QuantizeOptions {
  // asymmetric_affine with uint8, or dynamic_fixed_point with int8 or int16; anything else is an Error.
  std::string quantizer = "asymmetric_affine";
  std::string qtype = "uint8";
  std::string algorithm = "normal";  // "normal" (min/max) or "moving_average"
  double moving_average_weight = 0.01;
};

Quantization affine_u8(float min, float max);  // scale, zero point by formats.md §4.3
// The largest fractional length with which int8 or int16 still counts up to the range's ends.
Quantization fixed_point(float min, float max, DataType type);

// Runs the float reference on each sample (one tensor a graph input) and quantizes weights, biases and
// activations. Softmax outputs become float16 (PPU output); values that only move or clip data share their
// source's parameters, values that a concat joins have one range, the union of theirs, and a convolution,
// fullconnect or sum that feeds nothing but an activation takes the activation's output parameters, so that
// fusing never changes a bit (docs/architecture.md). `next_sample` returns false when there are no more;
// returns the number of samples used (at least one, else Error).
int quantize_graph(Graph& graph, const QuantizeOptions& options,
                   const std::function<bool(std::vector<Tensor>&)>& next_sample);

// For timing alone, which needs no calibration: weights by their own range, activations by ranges around 0 of
// which no two are alike. Sharing rules as above. Error for a weight or bias that is not constant.
void quantize_by_default(Graph& graph);

// Enforces the sharing rules above on a graph whose parameters came from a table; returns what it changed,
// one line each. Leaves a graph alone whose scales came with the model.
std::vector<std::string> unify_quantization(Graph& graph);
bool is_quantized(const Graph& graph);

}  // namespace trireme
