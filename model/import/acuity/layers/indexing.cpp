// SPDX-License-Identifier: Apache-2.0
// Operators that read or write elements at places that another input names.
#include "model/import/acuity/layers/words.h"

namespace trireme {
namespace {

constexpr std::array<const char*, 5> kReductions = {"none", "add", "mul", "max", "min"};

void write_gather(const Graph&, const Node& node, Json& p) {
  p["axis"] = attributes<GatherAttributes>(node).axis;
}
std::any read_gather(LayerParameters& p) {
  if (p.has("batch_dims")) p.require("batch_dims", "0");
  return GatherAttributes{p.integer("axis")};
}

void write_gathernd(const Graph&, const Node& node, Json& p) {
  p["batch_dims"] = attributes<GatherNdAttributes>(node).batch_dims;
}
std::any read_gathernd(LayerParameters& p) { return GatherNdAttributes{p.integer("batch_dims", 0)}; }

void write_scatter(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<ScatterAttributes>(node);
  p["axis"] = a.axis;
  p["reduction"] = word_of(kReductions, a.reduction);
}
std::any read_scatter(LayerParameters& p) {
  ScatterAttributes a;
  a.axis = p.integer("axis", 0);
  a.reduction = meaning_of<ScatterAttributes::Reduction>(p, "reduction", kReductions);
  return a;
}

void write_one_hot(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<OneHotAttributes>(node);
  p["depth"] = a.depth;
  p["axis"] = a.axis;
}
std::any read_one_hot(LayerParameters& p) {
  return OneHotAttributes{p.integer("axis", -1), p.integer("depth")};
}

}  // namespace

const LayerFamily& indexing_layers() {
  static const LayerFamily rows = {
      {"gather", {}, 0, write_gather, read_gather},
      {"gather_elements", {}, 0, write_gather, read_gather},
      {"gathernd", {}, 0, write_gathernd, read_gathernd},
      {"scatternd", {}, 0, write_scatter, read_scatter},
      {"scatter_elements", {}, 0, write_scatter, read_scatter},
      {"one_hot", {}, 0, write_one_hot, read_one_hot},
  };
  return rows;
}

}  // namespace trireme
