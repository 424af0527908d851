// SPDX-License-Identifier: Apache-2.0
// y = (x - mean) * gamma / sqrt(variance + eps) + beta is a scale and an offset a channel. They go into the
// weights of the convolution or fullconnect before, computed in double and rounded to float once.
#include <algorithm>
#include <cmath>

#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

struct Affine {
  std::vector<double> scale, offset;
};

bool has_constant_parameters(const Graph& graph, const Node& node) {
  return node.op == "batchnormalize" && node.inputs.size() == 5 && !touches_quantization(graph, node) &&
         !is_constant(graph, node.inputs[0]) &&
         std::all_of(node.inputs.begin() + 1, node.inputs.end(), [&](ValueId id) {
           return is_constant(graph, id) && graph.values[id].constant->dtype == DataType::float32;
         });
}

Affine affine_of(const Graph& graph, const Node& node) {
  const auto parameter = [&](std::size_t input, std::int64_t channel) {
    return double{graph.values[node.inputs[input]].constant->data<float>()[channel]};
  };
  const double eps = double{attributes<BatchNormAttributes>(node).eps};
  const std::int64_t channels = graph.values[node.inputs[1]].constant->size();
  Affine result;
  for (std::int64_t c = 0; c < channels; ++c) {
    const double scale = parameter(1, c) / std::sqrt(parameter(4, c) + eps);
    result.scale.push_back(scale);
    result.offset.push_back(parameter(2, c) - parameter(3, c) * scale);
  }
  return result;
}

Tensor rounded(const std::vector<double>& values, Shape shape) {
  return Tensor::of<float>(std::move(shape), std::vector<float>(values.begin(), values.end()));
}

void fold_into(Graph& graph, NodeId layer, const Affine& affine) {
  const Node& node = graph.nodes[layer];
  const Tensor& weight = *graph.values[node.inputs[1]].constant;
  const auto channels = static_cast<std::int64_t>(affine.scale.size());
  const std::int64_t per_channel = weight.size() / channels;
  const float* w = weight.data<float>();
  std::vector<double> weights, biases = affine.offset;
  weights.reserve(static_cast<std::size_t>(weight.size()));
  for (std::int64_t i = 0; i < weight.size(); ++i) {
    weights.push_back(double{w[i]} * affine.scale[static_cast<std::size_t>(i / per_channel)]);
  }
  if (node.inputs.size() > 2 && node.inputs[2] != kNone) {
    const float* bias = graph.values[node.inputs[2]].constant->data<float>();
    for (std::size_t c = 0; c < biases.size(); ++c) biases[c] += double{bias[c]} * affine.scale[c];
  }
  const Shape shape = weight.shape;
  set_constant_input(graph, layer, 1, "weight", rounded(weights, shape));
  set_constant_input(graph, layer, 2, "bias", rounded(biases, {channels}));
}

bool can_take_scale(const Graph& graph, NodeId layer, std::int64_t channels) {
  const Node& node = graph.nodes[layer];
  const auto constant_float = [&](ValueId id) {
    return is_constant(graph, id) && graph.values[id].constant->dtype == DataType::float32;
  };
  if (touches_quantization(graph, node) || !constant_float(node.inputs[1])) return false;
  const Shape& shape = graph.values[node.inputs[1]].shape;
  const bool bias_fits = node.inputs.size() < 3 || node.inputs[2] == kNone || constant_float(node.inputs[2]);
  return bias_fits && !shape.empty() && shape[0] == channels;
}

void turn_into_depthwise(Graph& graph, NodeId id, const Affine& affine) {
  const auto channels = static_cast<std::int64_t>(affine.scale.size());
  ConvolutionAttributes convolution;
  convolution.groups = channels;
  graph.nodes[id].op = "convolution";
  graph.nodes[id].attributes = convolution;
  graph.nodes[id].inputs.resize(1);
  set_constant_input(graph, id, 1, "weight", rounded(affine.scale, {channels, 1, 1, 1}));
  set_constant_input(graph, id, 2, "bias", rounded(affine.offset, {channels}));
}

}  // namespace

bool fold_batchnorm(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size();) {
    const Node& node = graph.nodes[id];
    const bool ours = has_constant_parameters(graph, node);
    const std::size_t rank = ours ? graph.values[node.inputs[0]].shape.size() : 0;
    if (!ours) {
      ++id;
      continue;
    }
    const Affine affine = affine_of(graph, node);
    const NodeId before = sole_producer(graph, node.inputs[0], {"convolution", "fullconnect"});
    if (before != kNone && can_take_scale(graph, before, static_cast<std::int64_t>(affine.scale.size()))) {
      fold_into(graph, before, affine);
      absorb(graph, before, id);
      changed = true;
    } else if (rank == 4) {
      turn_into_depthwise(graph, id++, affine);
      changed = true;
    } else {
      ++id;
    }
  }
  return changed;
}

}  // namespace trireme
