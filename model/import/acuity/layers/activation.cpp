// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"
#include "support/text.h"

namespace trireme {
namespace {

void write_clip(const Graph&, const Node& node, Json& p) {
  p["relu_clamp_top"] = attributes<ClipAttributes>(node).max;
  p["relu_clamp_bottom"] = attributes<ClipAttributes>(node).min;
}
std::any read_clip(LayerParameters& p) {
  return ClipAttributes{p.real("relu_clamp_bottom", 0.0F), p.real("relu_clamp_top")};
}

void write_leaky_relu(const Graph&, const Node& node, Json& p) {
  p["leaky_ratio"] = attributes<LeakyReluAttributes>(node).leaky_ratio;
}
std::any read_leaky_relu(LayerParameters& p) { return LeakyReluAttributes{p.real("leaky_ratio")}; }

// tanh(x) = a * tanh(b * x) in the general form of the files; only a = b = 1 here.
void write_tanh(const Graph&, const Node&, Json& p) {
  p["hyperbolic_tan_scale_a"] = 1.0;
  p["hyperbolic_tan_scale_b"] = 1.0;
}
std::any read_tanh(LayerParameters& p) {
  for (const char* key : {"hyperbolic_tan_scale_a", "hyperbolic_tan_scale_b"}) {
    const float scale = p.real(key, 1.0F);
    if (scale != 1.0F) p.complain(key, "is " + shortest(scale), "1 is supported");
  }
  return {};
}

void write_softmax(const Graph&, const Node& node, Json& p) {
  p["sf_axis"] = attributes<SoftmaxAttributes>(node).axis;
  p["beta"] = 1.0;
}
std::any read_softmax(LayerParameters& p) {
  const float beta = p.real("beta", 1.0F);
  if (beta != 1.0F) p.complain("beta", "is " + shortest(beta), "1 is supported");
  return SoftmaxAttributes{p.integer("sf_axis", -1)};
}

}  // namespace

const LayerFamily& activation_layers() {
  static const LayerFamily rows = {
      {"relu", {}, 0, nullptr, nullptr},
      {"relun", {}, 0, write_clip, read_clip},
      {"leakyrelu", {}, 0, write_leaky_relu, read_leaky_relu},
      {"sigmoid", {}, 0, nullptr, nullptr},
      {"tanh", {}, 0, write_tanh, read_tanh},
      {"softmax", {}, 0, write_softmax, read_softmax},
  };
  return rows;
}

}  // namespace trireme
