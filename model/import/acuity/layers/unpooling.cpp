// SPDX-License-Identifier: Apache-2.0
// upsample: puts each element back where a max pooling found it, among zeros. Parameters as Caffe's layer of
// that name has them: the size of the map, or factors, less one row or column with pad_h or pad_w. [I]
#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

std::any read_upsample(LayerParameters& p) {
  for (const char* key : {"upsample_h", "upsample_w", "scale_h", "scale_w", "scale"}) p.integer(key, 0);
  p.flag("pad_h", false);
  p.flag("pad_w", false);
  return {};
}

std::int64_t told_size(LayerParameters& p, std::int64_t size, const char* all, const char* factor,
                       const char* pad) {
  if (p.integer(all, 0) != 0) return p.integer(all, 0);
  constexpr std::int64_t kMost = 1 << 10;
  const std::int64_t own = p.integer(factor, 0), times = own != 0 ? own : p.integer("scale", 0);
  if (times < 1 || times > kMost)
    throw Error({}, "a factor of " + std::to_string(times), "1 to " + std::to_string(kMost));
  return size * times - (p.flag(pad, false) ? 1 : 0);
}

// The map that was pooled.
const Shape& source_of_places(const LayerSteps& steps) {
  const Value& places = steps.input(1);
  const Node* pool = places.producer == kNone ? nullptr : &steps.graph.nodes.at(places.producer);
  if (pool == nullptr || pool->op != "poolwithargmax" || places.port != 1)
    throw Error({}, "input 1 is not the second output of a poolwithargmax", "the places of the elements");
  return steps.graph.values[pool->inputs.at(0)].shape;
}

void resolve_upsample(LayerParameters& p, LayerSteps& steps) {
  const Shape data = steps.shape(), source = source_of_places(steps);
  if (data.size() != 4 || steps.shape(1) != data)
    throw Error({}, "inputs of " + to_string(data) + " and " + to_string(steps.shape(1)), "equal maps");
  const Shape told = {data[0], data[1], told_size(p, data[2], "upsample_h", "scale_h", "pad_h"),
                      told_size(p, data[3], "upsample_w", "scale_w", "pad_w")};
  if (told != source)
    throw Error({}, "gives " + to_string(told) + ", the places are of " + to_string(source), "one size");
  const ReshapeAttributes flat{{element_count(data)}};
  const ValueId zero = steps.constant("/zero", Tensor::of<float>({1}, {0.0F}));
  const ValueId zeros = steps.step("/zeros", "expand", ExpandAttributes{{element_count(source)}}, {zero});
  const ValueId places = steps.step("/places", "reshape", flat, {steps.node.inputs[1]});
  const ValueId elements = steps.step("/elements", "reshape", flat, {steps.node.inputs[0]});
  steps.node.inputs = {zeros, places, elements};
  steps.becomes("scatter_elements", ScatterAttributes{});
  steps.then(0, "/flat", "reshape", ReshapeAttributes{source});
}

}  // namespace

const LayerFamily& unpooling_layers() {
  static const LayerFamily rows = {
      {"upsample", {}, 0, nullptr, read_upsample, resolve_upsample, false, Channels::second}};
  return rows;
}

}  // namespace trireme
