// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write_reshape(const Graph&, const Node& node, Json& p) {
  p["shape"] = attributes<ReshapeAttributes>(node).shape;
}
std::any read_reshape(LayerParameters& p) {
  const Shape shape = p.integers("shape");
  for (const std::int64_t dim : shape) {
    if (dim < 1) p.complain("shape", "is " + to_string(shape), "every dimension from 1 on");
  }
  return ReshapeAttributes{shape};
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
      {"reshape", {}, 0, write_reshape, read_reshape},
      {"permute", {}, 0, write_permute, read_permute},
      {"concat", {}, 0, write_concat, read_concat},
      {"noop", {}, 0, nullptr, nullptr},
  };
  return rows;
}

}  // namespace trireme
