// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write(const Graph&, const Node& node, Json& p) { p["eps"] = attributes<BatchNormAttributes>(node).eps; }
std::any read(LayerParameters& p) { return BatchNormAttributes{p.real("eps")}; }

void write_eps(const Graph&, const Node& node, Json& p) { p["eps"] = attributes<NormAttributes>(node).eps; }

std::any read_instance(LayerParameters& p) {
  p.ignore({"axis"});  // all axes behind the channels
  NormAttributes a;
  a.eps = p.real("eps");
  return a;
}

void write_group(const Graph& graph, const Node& node, Json& p) {
  p["num_groups"] = attributes<NormAttributes>(node).groups;
  write_eps(graph, node, p);
}
std::any read_group(LayerParameters& p) {
  NormAttributes a;
  a.groups = p.integer("num_groups");
  a.eps = p.real("eps");
  return a;
}

// All axes from the first one on.
void write_from_axis(const Graph& graph, const Node& node, Json& p) {
  std::vector<std::int64_t> axes;
  const auto rank = static_cast<std::int64_t>(graph.values[node.inputs[0]].shape.size());
  for (std::int64_t axis = attributes<NormAttributes>(node).axis; axis < rank; ++axis) axes.push_back(axis);
  p["axis_list"] = axes;
  write_eps(graph, node, p);
}
std::any read_from_axis(LayerParameters& p) {
  p.ignore({"axis"});
  NormAttributes a;
  const std::vector<std::int64_t> axes = p.integers("axis_list");
  for (std::size_t i = 1; i < axes.size(); ++i) {
    if (axes[i] != axes[i - 1] + 1)
      p.complain("axis_list", "is " + to_string(axes), "all axes from one on are normalized together");
  }
  a.axis = axes.empty() ? -1 : axes[0];
  a.eps = p.real("eps");
  return a;
}

// A list that ends before the last axis would be another operator. Negative axes count from the end.
void resolve_from_axis(LayerParameters& p, LayerSteps& steps) {
  const std::vector<std::int64_t> axes = p.integers("axis_list");
  const auto rank = static_cast<std::int64_t>(steps.shape().size());
  if (axes.empty() || axes.back() == -1 || axes.back() == rank - 1) return;
  p.complain("axis_list", "is " + to_string(axes) + " for " + std::to_string(rank) + " dimensions",
             "all axes from one on are normalized together");
}

void write_l2(const Graph&, const Node& node, Json& p) {
  p["l2n_dim"] = attributes<NormAttributes>(node).axis;
  p["p"] = attributes<NormAttributes>(node).p;
}
std::any read_l2(LayerParameters& p) {
  NormAttributes a;
  a.axis = p.integer("l2n_dim");
  a.p = p.integer("p", 2);
  p.ignore({"eps"});
  return a;
}

void write_lrn(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<LrnAttributes>(node);
  p["local_size"] = a.size;
  p["alpha"] = a.alpha;
  p["beta"] = a.beta;
  p["bias"] = a.bias;
  p["type"] = "NORM_ACROSS_CHANNELS";
}
std::any read_lrn(LayerParameters& p) {
  p.require("type", "NORM_ACROSS_CHANNELS");
  return LrnAttributes{p.integer("local_size"), p.real("alpha"), p.real("beta"), p.real("bias", 1.0F)};
}

void write_log_softmax(const Graph&, const Node& node, Json& p) {
  p["sf_axis"] = attributes<SoftmaxAttributes>(node).axis;
}
std::any read_log_softmax(LayerParameters& p) { return SoftmaxAttributes{p.integer("sf_axis", -1)}; }

}  // namespace

const LayerFamily& normalization_layers() {
  static const LayerFamily by_channel = {
      {"batchnormalize", {"gamma", "beta", "mean", "variance"}, 0, write, read},
      {"instancenormalize", {"scale", "bias"}, 0, write_eps, read_instance},
      {"groupnormalize", {"scale", "bias"}, 0, write_group, read_group},
      {"localresponsenormalization", {}, 0, write_lrn, read_lrn},
  };
  static const LayerFamily along_axes = {
      {"layernormalize", {"scale", "bias"}, 1, write_from_axis, read_from_axis, resolve_from_axis},
      {"rmsnormalize", {"scale", "bias"}, 1, write_from_axis, read_from_axis, resolve_from_axis},
      {"l2normalize", {}, 0, write_l2, read_l2},
      {"log_softmax", {}, 0, write_log_softmax, read_log_softmax},
  };
  static const LayerFamily rows = joined({with_channels(Channels::second, by_channel), along_axes});
  return rows;
}

}  // namespace trireme
