// SPDX-License-Identifier: Apache-2.0
// Operators that cut, repeat, pad and interleave data (names: formats.md, appendices A and B).
#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/layers/axes.h"
#include "model/import/acuity/layers/words.h"

namespace trireme {
namespace {

constexpr std::array<const char*, 4> kPadModes = {"CONSTANT", "REFLECT", "EDGE", "WRAP"};
constexpr std::array<const char*, 2> kBlockModes = {"DCR", "CRD"};

// `slices` are the places where the axis is cut; none means equal parts.
void write_split(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<SplitAttributes>(node);
  p["dim"] = a.axis;
  Json slices = Json::array();
  std::int64_t at = 0;
  for (std::size_t i = 0; i + 1 < a.sizes.size(); ++i) slices.push_back(at += a.sizes[i]);
  p["slices"] = std::move(slices);
  p["unstack"] = false;
}
std::any read_split(LayerParameters& p) {
  SplitAttributes a{p.integer("dim"), {}};
  p.flag("unstack", false);
  std::int64_t at = 0;
  const std::vector<std::int64_t> slices = p.integers("slices");
  for (const std::int64_t cut : slices) {
    if (cut < at) p.complain("slices", "is " + to_string(slices), "ascending");
    if (cut < at) return a;
    a.sizes.push_back(cut - at);
    at = cut;
  }
  if (!slices.empty()) a.sizes.push_back(-1);  // the rest: the size of the axis is not known here
  return a;
}

// Files of others: the outputs are single elements of the axis and lose it.
void resolve_split(LayerParameters& p, LayerSteps& steps) {
  if (p.flag("unstack", false)) unstack(steps, attributes<SplitAttributes>(steps.node).axis);
}

void write_slice(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<SliceAttributes>(node);
  p["begin"] = a.begin;
  p["size"] = a.size;
  if (std::any_of(a.step.begin(), a.step.end(), [](std::int64_t step) { return step != 1; }))
    p["step"] = a.step;
}
std::any read_slice(LayerParameters& p) {
  SliceAttributes a{p.integers("begin"), p.integers("size"), {}};
  a.step = p.has("step") ? p.integers("step") : Shape(a.begin.size(), 1);
  return a;
}

// Size -1: everything from begin on.
void resolve_slice(LayerParameters&, LayerSteps& steps) {
  auto a = attributes<SliceAttributes>(steps.node);
  const Shape& data = steps.shape();
  for (std::size_t i = 0; i < data.size() && i < a.size.size() && i < a.begin.size(); ++i) {
    if (a.size[i] == -1 && a.begin[i] >= 0 && a.begin[i] < data[i]) a.size[i] = data[i] - a.begin[i];
  }
  steps.node.attributes = a;
}

// [[before, after], …], one pair an axis
void write_pad(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<PadAttributes>(node);
  p["padding_value"] = Json::array();
  for (std::size_t i = 0; i < a.before.size(); ++i) p["padding_value"].push_back({a.before[i], a.after[i]});
  p["padding_mode"] = word_of(kPadModes, a.mode);
  p["padding_const"] = a.value;
}
std::any read_pad(LayerParameters& p) {
  PadAttributes a;
  const bool legacy = p.has("padding_size") && !p.has("padding_value");  // the pairs one behind the other
  const char* key = legacy ? "padding_size" : "padding_value";
  const std::vector<std::int64_t> pairs = p.integers(key);
  if (pairs.size() % 2 != 0) p.complain(key, "is no list of pairs");
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    a.before.push_back(pairs[i]);
    a.after.push_back(pairs[i + 1]);
  }
  a.mode = meaning_of<PadAttributes::Mode>(p, "padding_mode", kPadModes);
  a.value = p.number("padding_const", 0.0);
  return a;
}

void write_expand(const Graph&, const Node& node, Json& p) {
  p["shape"] = attributes<ExpandAttributes>(node).shape;
}
std::any read_expand(LayerParameters& p) { return ExpandAttributes{p.integers("shape")}; }

void write_tile(const Graph&, const Node& node, Json& p) {
  p["multiples"] = attributes<TileAttributes>(node).repeats;
}
std::any read_tile(LayerParameters& p) { return TileAttributes{p.integers("multiples")}; }

void write_blocks(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<BlockAttributes>(node);
  p["block_size"] = a.block_h == a.block_w ? Json(a.block_h) : Json{a.block_h, a.block_w};
  p["mode"] = kBlockModes[a.column_row_depth ? 1 : 0];
}
std::any read_blocks(LayerParameters& p) {
  const std::vector<std::int64_t> size = p.integers("block_size");
  if (size.size() != 1 && size.size() != 2)
    p.complain("block_size", "is " + to_string(size), "1 or 2 numbers");
  if (size.empty()) return BlockAttributes{};
  return BlockAttributes{size.front(), size.back(), meaning_of<int>(p, "mode", kBlockModes) == 1};
}

}  // namespace

void unstack(LayerSteps& steps, std::int64_t axis) {
  Shape shape = steps.shape();
  const std::size_t at = axis_of(axis, shape.size());
  const std::size_t parts = steps.results.size();
  if (shape[at] != static_cast<std::int64_t>(parts))
    throw Error({},
                std::to_string(parts) + " outputs for the " + std::to_string(shape[at]) +
                    " elements of axis " + std::to_string(at),
                "one output an element");
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(at));
  steps.becomes("split", SplitAttributes{static_cast<std::int64_t>(at), Shape(parts, 1)});
  for (std::size_t port = 0; port < parts; ++port)
    steps.then(port, "/element", "reshape", ReshapeAttributes{shape});
}

const LayerFamily& movement_layers() {
  static const LayerFamily rows = {
      {"split", {}, 0, write_split, read_split, resolve_split},
      {"slice", {}, 0, write_slice, read_slice, resolve_slice},
      {"pad", {}, 0, write_pad, read_pad},
      {"expand", {}, 0, write_expand, read_expand},
      {"tile", {}, 0, write_tile, read_tile},
      {"depth2space", {}, 0, write_blocks, read_blocks, nullptr, false, Channels::second},
      {"space2depth", {}, 0, write_blocks, read_blocks, nullptr, false, Channels::second},
  };
  return rows;
}

}  // namespace trireme
