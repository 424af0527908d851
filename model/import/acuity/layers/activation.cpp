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

void write_elu(const Graph&, const Node& node, Json& p) {
  p["alpha"] = attributes<EluAttributes>(node).alpha;
}
std::any read_elu(LayerParameters& p) { return EluAttributes{p.real("alpha", 1.0F)}; }

void write_selu(const Graph&, const Node& node, Json& p) {
  p["alpha"] = attributes<SeluAttributes>(node).alpha;
  p["gamma"] = attributes<SeluAttributes>(node).gamma;
}
std::any read_selu(LayerParameters& p) {
  return SeluAttributes{p.real("alpha", SeluAttributes{}.alpha), p.real("gamma", SeluAttributes{}.gamma)};
}

void write_hard_sigmoid(const Graph&, const Node& node, Json& p) {
  p["alpha"] = attributes<HardSigmoidAttributes>(node).alpha;
  p["beta"] = attributes<HardSigmoidAttributes>(node).beta;
}
std::any read_hard_sigmoid(LayerParameters& p) {
  return HardSigmoidAttributes{p.real("alpha", 0.2F), p.real("beta", 0.5F)};
}

void write_swish(const Graph&, const Node& node, Json& p) {
  p["beta"] = attributes<SwishAttributes>(node).beta;
}
std::any read_swish(LayerParameters& p) { return SwishAttributes{p.real("beta", 1.0F)}; }

void write_gelu(const Graph&, const Node& node, Json& p) {
  p["approximate"] = attributes<GeluAttributes>(node).tanh_approximation;
}
std::any read_gelu(LayerParameters& p) { return GeluAttributes{p.flag("approximate", false)}; }

void write_threshold(const Graph&, const Node& node, Json& p) {
  p["alpha"] = attributes<ThresholdAttributes>(node).alpha;
}
std::any read_threshold(LayerParameters& p) { return ThresholdAttributes{p.real("alpha", 1.0F)}; }

}  // namespace

const LayerFamily& activation_layers() {
  static const LayerFamily functions = {
      {"relu", {}, 0, nullptr, nullptr},
      {"relun", {}, 0, write_clip, read_clip},
      {"leakyrelu", {}, 0, write_leaky_relu, read_leaky_relu},
      {"sigmoid", {}, 0, nullptr, nullptr},
      {"tanh", {}, 0, write_tanh, read_tanh},
      {"elu", {}, 0, write_elu, read_elu},
      {"celu", {}, 0, write_elu, read_elu},
      {"selu", {}, 0, write_selu, read_selu},
      {"hard_sigmoid", {}, 0, write_hard_sigmoid, read_hard_sigmoid},
      {"swish", {}, 0, write_swish, read_swish},
      {"gelu", {}, 0, write_gelu, read_gelu},
      {"thresholdedrelu", {}, 0, write_threshold, read_threshold},
  };
  static const LayerFamily along_axis = {{"softmax", {}, 0, write_softmax, read_softmax}};
  static const LayerFamily rows = joined({with_channels(Channels::followed, functions), along_axis});
  return rows;
}

}  // namespace trireme
