// SPDX-License-Identifier: Apache-2.0
// convolution + add(constant) and fullconnect + add(constant) -> bias. The constant must be one number an
// output channel, or one number for all.
#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"

namespace trireme {

namespace {

// The constant as one number a channel, or false if it broadcasts otherwise. `trailing` counts the axes after
// the channel axis in the output: 2 for a convolution, 0 for a fullconnect.
bool channel_vector(const Tensor& constant, std::int64_t channels, std::size_t trailing,
                    std::vector<float>& out) {
  if (constant.dtype != DataType::float32) return false;
  const float* data = constant.data<float>();
  if (constant.size() == 1) {
    out.assign(static_cast<std::size_t>(channels), data[0]);
    return constant.shape.size() <= trailing + 2;
  }
  const Shape& shape = constant.shape;
  if (constant.size() != channels || shape.size() < trailing + 1 || shape.size() > trailing + 2) return false;
  if (shape[shape.size() - trailing - 1] != channels) return false;
  out.assign(data, data + channels);
  return true;
}

struct Match {
  NodeId layer = kNone;
  std::vector<float> addend;
};

Match match(const Graph& graph, const Node& add) {
  Match found;
  if (add.op != "add" || add.inputs.size() != 2 || touches_quantization(graph, add)) return found;
  for (int data = 0; data < 2; ++data) {
    const ValueId other = add.inputs[static_cast<std::size_t>(1 - data)];
    const NodeId layer =
        sole_producer(graph, add.inputs[static_cast<std::size_t>(data)], {"convolution", "fullconnect"});
    if (layer == kNone || !is_constant(graph, other)) continue;
    const Node& node = graph.nodes[layer];
    if (touches_quantization(graph, node) || !is_constant(graph, node.inputs[1])) continue;
    if (node.inputs.size() > 2 && node.inputs[2] != kNone && !is_constant(graph, node.inputs[2])) continue;
    const Shape& output = graph.values[node.outputs[0]].shape;
    const std::size_t trailing = node.op == "convolution" ? 2 : 0;
    if (output.size() != trailing + 2) continue;
    if (channel_vector(*graph.values[other].constant, output[1], trailing, found.addend)) {
      found.layer = layer;
      return found;
    }
  }
  return found;
}

}  // namespace

bool fold_bias(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size();) {
    Match found = match(graph, graph.nodes[id]);
    if (found.layer == kNone) {
      ++id;
      continue;
    }
    const std::vector<ValueId>& inputs = graph.nodes[found.layer].inputs;
    if (inputs.size() > 2 && inputs[2] != kNone) {
      const float* bias = graph.values[inputs[2]].constant->data<float>();
      for (std::size_t c = 0; c < found.addend.size(); ++c) found.addend[c] += bias[c];
    }
    const auto channels = static_cast<std::int64_t>(found.addend.size());
    set_constant_input(graph, found.layer, 2, "bias", Tensor::of({channels}, found.addend));
    absorb(graph, found.layer, id);
    changed = true;
  }
  return changed;
}

}  // namespace trireme
