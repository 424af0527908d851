// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write(const Graph&, const Node& node, Json& p) { p["eps"] = attributes<BatchNormAttributes>(node).eps; }
std::any read(LayerParameters& p) { return BatchNormAttributes{p.real("eps")}; }

}  // namespace

const LayerFamily& normalization_layers() {
  static const LayerFamily rows = {{"batchnormalize", {"gamma", "beta", "mean", "variance"}, 0, write, read}};
  return rows;
}

}  // namespace trireme
