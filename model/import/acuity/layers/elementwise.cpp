// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

// "axis" and "bias" of multiply tell how a second input is to be broadcast; here shapes alone decide that.
std::any read_multiply(LayerParameters& p) {
  p.ignore({"axis", "bias"});
  return {};
}

// A slope a channel, kept with the layer: here it is an input that broadcasts, as it does along last
// channels.
void resolve_prelu(LayerParameters&, LayerSteps& steps) {
  if (!steps.own_constants || steps.channels_last) return;
  const std::size_t rank = steps.shape().size();
  const Shape& slope = steps.shape(1);
  if (slope.size() != 1 || rank < 3) return;
  Shape wanted(rank - 1, 1);
  wanted[0] = slope[0];
  steps.node.inputs[1] = steps.reshaped_constant(1, wanted);
}

LayerFamily make_rows() {
  LayerFamily rows = {{"multiply", {}, 0, nullptr, read_multiply},
                      {"prelu", {"a"}, 1, nullptr, nullptr, resolve_prelu, true}};
  for (const char* op : {"add",           "subtract",   "divide",
                         "pow",           "maximum",    "minimum",
                         "mod",           "fmod",       "squared_difference",
                         "equal",         "not_equal",  "greater",
                         "greater_equal", "less",       "less_equal",
                         "logical_and",   "logical_or", "logical_xor",
                         "where",         "quantize",   "dequantize"}) {
    rows.push_back({op, {}, 0, nullptr, nullptr});
  }
  return rows;
}

}  // namespace

const LayerFamily& elementwise_layers() {
  static const LayerFamily rows = make_rows();
  return rows;
}

}  // namespace trireme
