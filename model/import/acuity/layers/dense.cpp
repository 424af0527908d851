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

// A transposed operand is turned in front; our own files never ask for it.
std::any read_matmul(LayerParameters& p) {
  p.flag("transpose_a", false);
  p.flag("transpose_b", false);
  return {};
}
void resolve_matmul(LayerParameters& p, LayerSteps& steps) {
  const char* keys[] = {"transpose_a", "transpose_b"};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!p.flag(keys[i], false)) continue;
    const std::size_t rank = steps.shape(i).size();
    if (rank < 2) throw Error({}, "input " + std::to_string(i) + " has no two axes to transpose");
    PermuteAttributes a;
    for (std::size_t axis = 0; axis < rank; ++axis) a.perm.push_back(static_cast<std::int64_t>(axis));
    std::swap(a.perm[rank - 1], a.perm[rank - 2]);
    steps.node.inputs[i] =
        steps.step("/transposed" + std::to_string(i), "permute", a, {steps.node.inputs[i]});
  }
}

}  // namespace

const LayerFamily& dense_layers() {
  static const LayerFamily rows = {{"fullconnect", {"weight", "bias"}, 1, write, read},
                                   {"matmul", {}, 0, nullptr, read_matmul, resolve_matmul}};
  return rows;
}

}  // namespace trireme
