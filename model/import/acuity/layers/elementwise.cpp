// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

// "axis" and "bias" of multiply tell how a second input is to be broadcast; here shapes alone decide that.
std::any read_multiply(LayerParameters& p) {
  p.ignore({"axis", "bias"});
  return {};
}

LayerFamily make_rows() {
  LayerFamily rows = {{"multiply", {}, 0, nullptr, read_multiply}};
  for (const char* op : {"add",        "subtract",    "divide",     "pow",           "maximum",
                         "minimum",    "mod",         "fmod",       "prelu",         "squared_difference",
                         "equal",      "not_equal",   "greater",    "greater_equal", "less",
                         "less_equal", "logical_and", "logical_or", "logical_xor",   "where",
                         "quantize",   "dequantize"}) {
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
