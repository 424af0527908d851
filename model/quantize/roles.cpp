// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/roles.h"

#include <algorithm>
#include <set>

#include "model/graph/attributes.h"

namespace trireme {

namespace {

void add_activation(const Graph& graph, ValueId id, NodeId producer, std::vector<Slot>& slots) {
  if (is_float(graph.values[id].dtype)) slots.push_back({id, Role::activation, producer});
}

}  // namespace

bool has_weights(const Node& node) {
  return node.op == "convolution" || node.op == "fullconnect" || node.op == "deconvolution";
}

bool is_clamp(const Node& node) { return node.op == "relu" || node.op == "relun"; }

bool moves_codes(const Node& node) {
  if (node.op == "pooling") return attributes<PoolingAttributes>(node).type == PoolingAttributes::Type::max;
  if (node.op == "pad") {  // zero has a code under all parameters
    const auto& pad = attributes<PadAttributes>(node);
    return pad.mode != PadAttributes::Mode::constant || pad.value == 0;
  }
  if (node.op == "image_resize") {
    const auto& resize = attributes<ResizeAttributes>(node);
    return resize.method == ResizeAttributes::Method::nearest &&
           resize.coordinates != ResizeAttributes::Coordinates::tf_crop_and_resize;
  }
  static const std::set<std::string> movers = {"depth2space", "expand", "noop", "permute",    "reshape",
                                               "slice",       "split",  "tile", "space2depth"};
  return movers.count(node.op) != 0;
}

std::vector<bool> float16_values(const Graph& graph) {
  // 1. Backwards: what ends in outputs of the network, moved at most.
  std::vector<bool> ends(graph.values.size(), true);
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    const auto ends_too = [&](ValueId id) { return id == kNone || ends[id]; };
    const bool moved = moves_codes(node) && std::all_of(node.outputs.begin(), node.outputs.end(), ends_too);
    for (const ValueId id : node.inputs) {
      if (id != kNone && !moved) ends[id] = false;
    }
  }
  // 2. Forwards from each softmax.
  std::vector<bool> half(graph.values.size());
  for (const Node& node : graph.nodes) {
    if (node.op != "softmax" && !(moves_codes(node) && half[node.inputs[0]])) continue;
    for (const ValueId id : node.outputs) {
      if (id != kNone) half[id] = ends[id];
    }
  }
  return half;
}

std::vector<Slot> quantization_slots(const Graph& graph) {
  std::vector<Slot> slots;
  Problems problems;
  for (const ValueId id : graph.inputs) add_activation(graph, id, kNone, slots);
  for (NodeId n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    for (const ValueId id : node.outputs) add_activation(graph, id, n, slots);
    if (!has_weights(node)) continue;
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNone) continue;
      if (graph.values[id].constant == nullptr) {
        problems.add("node '" + node.name + "' (" + node.op + ")",
                     "'" + graph.values[id].name + "' is computed, not a constant",
                     "this version quantizes weights and biases that are constants");
        continue;
      }
      slots.push_back({id, i == 1 ? Role::weight : Role::bias, n});
    }
  }
  problems.throw_if_any();
  return slots;
}

void unshare_weights(Graph& graph) {
  std::set<ValueId> taken(graph.outputs.begin(), graph.outputs.end());
  for (const Node& node : graph.nodes) {
    if (!has_weights(node)) taken.insert(node.inputs.begin(), node.inputs.end());
  }
  for (NodeId n = 0; n < graph.nodes.size(); ++n) {
    if (!has_weights(graph.nodes[n])) continue;
    for (std::size_t i = 1; i < graph.nodes[n].inputs.size(); ++i) {
      const ValueId id = graph.nodes[n].inputs[i];
      if (id == kNone || graph.values[id].constant == nullptr || taken.insert(id).second) continue;
      Value copy = graph.values[id];
      copy.name = graph.unique_name(copy.name + "_of_" + graph.nodes[n].name);
      graph.nodes[n].inputs[i] = graph.add_value(std::move(copy));
    }
  }
}

}  // namespace trireme
