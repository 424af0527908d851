// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write_reshape(const Graph&, const Node& node, Json& p) {
  p["shape"] = attributes<ReshapeAttributes>(node).shape;
}
std::any read_reshape(LayerParameters& p) {
  const Shape shape = p.integers("shape");
  const bool open = std::count(shape.begin(), shape.end(), -1) <= 1;
  const bool sizes = std::all_of(shape.begin(), shape.end(), [](std::int64_t dim) { return dim >= -1; });
  if (!open || !sizes)
    p.complain("shape", "is " + to_string(shape),
               "dimensions from 1 on, 0 for the input's, one -1 for the rest");
  return ReshapeAttributes{shape};
}

// 0 is the input's dimension at that place, -1 whatever is left.
void resolve_reshape(LayerParameters&, LayerSteps& steps) {
  Shape shape = attributes<ReshapeAttributes>(steps.node).shape;
  const Shape data = steps.shape();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && i < data.size()) shape[i] = data[i];
  }
  const auto rest = std::find(shape.begin(), shape.end(), -1);
  if (rest != shape.end()) {
    *rest = 1;
    const std::int64_t others = element_count(shape), all = element_count(data);
    if (others < 1 || all % others != 0)
      throw Error({}, "cannot reshape " + to_string(data) + ", " + std::to_string(all) + " elements, into " +
                          std::to_string(others) + " equal parts");
    *rest = all / others;
  }
  steps.node.attributes = ReshapeAttributes{shape};
}

void write_permute(const Graph&, const Node& node, Json& p) {
  p["perm"] = attributes<PermuteAttributes>(node).perm;
}
std::any read_permute(LayerParameters& p) { return PermuteAttributes{p.integers("perm")}; }

void write_concat(const Graph&, const Node& node, Json& p) {
  p["dim"] = attributes<ConcatAttributes>(node).axis;
}
std::any read_concat(LayerParameters& p) { return ConcatAttributes{p.integer("dim")}; }

}  // namespace

const LayerFamily& shape_layers() {
  static const LayerFamily rows = {
      {"reshape", {}, 0, write_reshape, read_reshape, resolve_reshape},
      {"permute", {}, 0, write_permute, read_permute},
      {"concat", {}, 0, write_concat, read_concat},
      {"noop", {}, 0, nullptr, nullptr, nullptr, false, Channels::followed},
  };
  return rows;
}

}  // namespace trireme
