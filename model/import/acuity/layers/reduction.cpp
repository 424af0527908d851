// SPDX-License-Identifier: Apache-2.0
#include "model/import/acuity/layers/words.h"

namespace trireme {
namespace {

constexpr std::array<const char*, 10> kTypes = {"sum", "mean", "max",     "min",         "prod",
                                                "l1",  "l2",   "log_sum", "log_sum_exp", "sum_square"};

void write_reduce(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<ReduceAttributes>(node);
  p["type"] = word_of(kTypes, a.type);
  p["axis_list"] = a.axes;
  p["keep_dims"] = a.keep_dims;
}
std::any read_reduce(LayerParameters& p) {
  ReduceAttributes a;
  a.type = meaning_of<ReduceAttributes::Type>(p, "type", kTypes);
  a.axes = p.integers("axis_list");
  a.keep_dims = p.flag("keep_dims", true);
  return a;
}

// Other tools have an operator for each type: reducesum, reducemean, …
std::any read_reduce_of_others(LayerParameters& p) {
  return ReduceAttributes{{}, p.integers("axis_list"), p.flag("keep_dims")};
}
template <ReduceAttributes::Type type>
void resolve_reduce(LayerParameters&, LayerSteps& steps) {
  auto a = attributes<ReduceAttributes>(steps.node);
  a.type = type;
  steps.becomes("reduce", a);
}
template <ReduceAttributes::Type type>
LayerFormat reduce_of_others(const char* op) {
  return {op, {}, 0, nullptr, read_reduce_of_others, resolve_reduce<type>};
}

DataType read_index_type(LayerParameters& p) {
  const std::string word = p.text("output_type", "int64");
  if (word != "int64" && word != "int32") p.complain("output_type", "is '" + word + "'", "int32 or int64");
  return word == "int32" ? DataType::int32 : DataType::int64;
}

void write_arg(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<ArgAttributes>(node);
  p["axis"] = a.axis;
  p["keep_dims"] = a.keep_dims;
  p["select_last_index"] = a.select_last_index;
  p["output_type"] = name_of(a.dtype);
}
std::any read_arg(LayerParameters& p) {
  ArgAttributes a;
  a.axis = p.integer("axis");
  a.keep_dims = p.flag("keep_dims", false);
  a.select_last_index = p.flag("select_last_index", false);
  a.dtype = read_index_type(p);
  return a;
}

void write_topk(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<TopkAttributes>(node);
  p["axis"] = a.axis;
  p["k"] = a.k;
  p["largest"] = a.largest;
  p["sorted"] = a.sorted;
  p["output_type"] = name_of(a.index_dtype);
}
std::any read_topk(LayerParameters& p) {
  TopkAttributes a;
  a.axis = p.integer("axis", -1);
  a.k = p.integer("k");
  a.largest = p.flag("largest", true);
  a.sorted = p.flag("sorted", true);
  a.index_dtype = read_index_type(p);
  return a;
}

void write_cumsum(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<CumsumAttributes>(node);
  p["axis"] = a.axis;
  p["exclusive"] = a.exclusive;
  p["reverse"] = a.reverse;
}
std::any read_cumsum(LayerParameters& p) {
  return CumsumAttributes{p.integer("axis"), p.flag("exclusive", false), p.flag("reverse", false)};
}

}  // namespace

const LayerFamily& reduction_layers() {
  static const LayerFamily rows = {
      {"reduce", {}, 0, write_reduce, read_reduce},
      {"argmax", {}, 0, write_arg, read_arg},
      {"argmin", {}, 0, write_arg, read_arg},
      {"topk", {}, 0, write_topk, read_topk},
      {"cumsum", {}, 0, write_cumsum, read_cumsum},
      reduce_of_others<ReduceAttributes::Type::sum>("reducesum"),
      reduce_of_others<ReduceAttributes::Type::mean>("reducemean"),
      reduce_of_others<ReduceAttributes::Type::max>("reducemax"),
      reduce_of_others<ReduceAttributes::Type::min>("reducemin"),
      reduce_of_others<ReduceAttributes::Type::prod>("reduceprod"),
  };
  return rows;
}

}  // namespace trireme
