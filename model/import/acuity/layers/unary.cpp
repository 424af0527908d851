// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layer.h"

namespace trireme {
namespace {

void write_cast(const Graph&, const Node& node, Json& p) {
  p["out_type"] = name_of(attributes<CastAttributes>(node).dtype);
}

std::any read_cast(LayerParameters& p) {
  const char* key = p.has("out_data_type") ? "out_data_type" : "out_type";  // other tools' word; ours
  const std::string type = p.text(key);
  p.ignore({"in_data_type"});  // the input has its type
  try {
    return CastAttributes{parse_data_type(type, key)};
  } catch (const Error& error) {
    p.complain(key, "is '" + type + "'", error.problems()[0].hint);
    return CastAttributes{};
  }
}

LayerFamily make_rows() {
  LayerFamily rows = {{"cast", {}, 0, write_cast, read_cast}};
  for (const char* op :
       {"hard_swish", "mish",  "softrelu", "softsign",    "erf",        "exp",    "log",   "sqrt",
        "rsqrt",      "abs",   "neg",      "sign",        "reciprocal", "floor",  "ceil",  "round",
        "sin",        "cos",   "tan",      "asin",        "acos",       "atan",   "sinh",  "cosh",
        "asinh",      "acosh", "atanh",    "logical_not", "square",     "is_nan", "is_inf"}) {
    rows.push_back({op, {}, 0, nullptr, nullptr});
  }
  return with_channels(Channels::followed, rows);
}

}  // namespace

const LayerFamily& unary_layers() {
  static const LayerFamily rows = make_rows();
  return rows;
}

}  // namespace trireme
