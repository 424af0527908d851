// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write(const Graph& graph, const Node& node, Json& p) {
  p["weights"] = graph.values[node.inputs[1]].shape[0];
  p["bias"] = node.inputs.size() > 2 && node.inputs[2] != kNone;
  p["axis"] = attributes<FullconnectAttributes>(node).axis;
  p["regularize"] = false;
}

std::any read(LayerParameters& p) {
  p.ignore({"weights", "bias", "regularize"});  // weights and bias are held against NAME.data
  return FullconnectAttributes{p.integer("axis", 1)};
}

}  // namespace

const LayerFamily& dense_layers() {
  static const LayerFamily rows = {{"fullconnect", {"weight", "bias"}, 1, write, read},
                                   {"matmul", {}, 0, nullptr, nullptr}};
  return rows;
}

}  // namespace trireme
