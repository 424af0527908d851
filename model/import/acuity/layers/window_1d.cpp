// SPDX-License-Identifier: Apache-2.0
// conv1d and pool1d, on [n,c,w]: of maps with one row.
#include "model/graph/operators.h"
#include "model/import/acuity/layers/window.h"

namespace trireme {
namespace {

const std::vector<const char*> kWords = {"padding", "pad_method", "padding_mode",
                                         "type",    "round_type", "count_include_pad"};

// [left, right] or one number for both; of dilations one a dimension, or one.
std::vector<std::int64_t> row_pads(LayerParameters& p) {
  const std::vector<std::int64_t> pads = p.integers("pad");
  if (pads.size() == 1 || pads.size() == 2) return {0, pads.front(), 0, pads.back()};
  throw Error({}, "parameter 'pad' is " + to_string(pads), "left and right");
}
std::int64_t row_dilation(LayerParameters& p, bool channels_last) {
  const std::vector<std::int64_t> list = p.integers("dilation");
  if (list.size() == 1) return list[0];
  const std::size_t axis = channels_last ? 1 : 2;
  if (list.size() != 3 || list[0] != 1 || list[3 - axis] != 1)
    throw Error({}, "parameter 'dilation' is " + to_string(list),
                channels_last ? "one number or [1,width,1]" : "one number or [1,1,width]");
  return list[axis];
}

// The parameters as the layer on maps has them.
Json on_maps(LayerParameters& p, const LayerSteps& steps) {
  Json maps = {{"ksize_h", 1}, {"ksize_w", p.integer("ksize")}, {"stride_w", p.integer("stride", 1)}};
  if (p.has("pad")) maps["pad"] = row_pads(p);
  if (p.has("dilation")) maps["dilation"] = {1, row_dilation(p, steps.channels_last)};
  if (p.has("group_number")) maps["group_number"] = p.integer("group_number");
  for (const char* word : {"padding", "pad_method", "padding_mode", "type", "round_type"}) {
    if (p.has(word)) maps[word] = p.text(word);
  }
  if (p.has("count_include_pad")) maps["count_include_pad"] = p.flag("count_include_pad");
  return maps;
}

std::any read_row(LayerParameters& p) {
  p.integer("ksize");
  p.ignore({"weights", "bias", "group_number", "stride", "pad", "dilation", "global_pooling", "regularize"});
  p.ignore(kWords);
  if (p.has("global_pooling") && p.flag("global_pooling"))
    p.complain("global_pooling", "is true", "a 'ksize'");
  return {};
}

template <auto read, auto resolve>
void become(LayerParameters& p, LayerSteps& steps, const char* op) {
  const Shape data = steps.shape();
  if (data.size() != 3) throw Error({}, "input 0 has the shape " + to_string(data), "rows: [n,c,w]");
  const Json json = on_maps(p, steps);
  Problems problems;
  LayerParameters maps(json, {}, problems);
  steps.node.inputs[0] = steps.step("/map", "reshape", ReshapeAttributes{{data[0], data[1], 1, data[2]}},
                                    {steps.node.inputs[0]});
  steps.becomes(op, read(maps));
  resolve(maps, steps);
  problems.throw_if_any();
  infer_node(steps.graph, steps.node);
  const Shape map = steps.graph.values[steps.node.outputs.at(0)].shape;
  steps.then(0, "/map_out", "reshape", ReshapeAttributes{{map[0], map[1], map[3]}});
}

void resolve_convolution_1d(LayerParameters& p, LayerSteps& steps) {
  const Shape weight = steps.shape(1);
  if (weight.size() != 3) throw Error({}, "the weight has the shape " + to_string(weight), "[out,in,k]");
  steps.node.inputs[1] = steps.reshaped_constant(1, {weight[0], weight[1], 1, weight[2]});
  become<read_convolution, resolve_convolution>(p, steps, "convolution");
}

void resolve_pooling_1d(LayerParameters& p, LayerSteps& steps) {
  become<read_pooling, resolve_pooling>(p, steps, "pooling");
}

}  // namespace

const LayerFamily& row_layers() {
  static const LayerFamily rows = with_channels(
      Channels::second, {{"conv1d", {"weight", "bias"}, 1, nullptr, read_row, resolve_convolution_1d},
                         {"pool1d", {}, 0, nullptr, read_row, resolve_pooling_1d}});
  return rows;
}

}  // namespace trireme
