// SPDX-License-Identifier: Apache-2.0
// Operators that make one element, or fewer elements, of those along an axis.
#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

void normalize_reduce(const Graph& graph, Node& node) {
  ReduceAttributes a = attributes<ReduceAttributes>(node);
  for (std::int64_t& axis : a.axes) axis = positive_axis(axis, input_of(graph, node, 0).shape);
  std::sort(a.axes.begin(), a.axes.end());
  if (std::adjacent_find(a.axes.begin(), a.axes.end()) != a.axes.end())
    throw Error({}, "axes " + to_string(a.axes), "each axis once");
  node.attributes = a;
}

std::vector<ValueType> infer_reduce(const Graph& graph, const Node& node) {
  const auto& a = attributes<ReduceAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  Shape shape;
  for (std::size_t i = 0; i < data.shape.size(); ++i) {
    const bool reduced = std::binary_search(a.axes.begin(), a.axes.end(), static_cast<std::int64_t>(i));
    if (!reduced) shape.push_back(data.shape[i]);
    if (reduced && a.keep_dims) shape.push_back(1);
  }
  return {{data.dtype, std::move(shape)}};
}

std::string print_reduce(const Node& node) {
  constexpr const char* kTypes[] = {"sum", "mean", "max",     "min",         "prod",
                                    "l1",  "l2",   "log_sum", "log_sum_exp", "sum_square"};
  const auto& a = attributes<ReduceAttributes>(node);
  return fmt::format("{} axes={}{}", kTypes[static_cast<std::size_t>(a.type)], to_string(a.axes),
                     a.keep_dims ? " keep_dims" : "");
}

// Operators with one axis.
template <typename Attributes>
void normalize_axis(const Graph& graph, Node& node) {
  Attributes a = attributes<Attributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

std::vector<ValueType> infer_arg(const Graph& graph, const Node& node) {
  const auto& a = attributes<ArgAttributes>(node);
  Shape shape = input_of(graph, node, 0).shape;
  if (a.keep_dims) {
    shape[static_cast<std::size_t>(a.axis)] = 1;
  } else {
    shape.erase(shape.begin() + a.axis);
  }
  return {{a.dtype, std::move(shape)}};
}

std::string print_arg(const Node& node) {
  const auto& a = attributes<ArgAttributes>(node);
  return fmt::format("axis={}{}{}", a.axis, a.keep_dims ? " keep_dims" : "",
                     a.select_last_index ? " last" : "");
}

std::vector<ValueType> infer_topk(const Graph& graph, const Node& node) {
  const auto& a = attributes<TopkAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  Shape shape = data.shape;
  std::int64_t& dim = shape[static_cast<std::size_t>(a.axis)];
  if (a.k < 1 || a.k > dim)
    throw Error({}, fmt::format("k is {} for axis {} of {}", a.k, a.axis, to_string(shape)));
  dim = a.k;
  return {{data.dtype, shape}, {a.index_dtype, shape}};
}

std::string print_topk(const Node& node) {
  const auto& a = attributes<TopkAttributes>(node);
  return fmt::format("axis={} k={}{}{}", a.axis, a.k, a.largest ? "" : " smallest",
                     a.sorted ? "" : " unsorted");
}

std::string print_cumsum(const Node& node) {
  const auto& a = attributes<CumsumAttributes>(node);
  return fmt::format("axis={}{}{}", a.axis, a.exclusive ? " exclusive" : "", a.reverse ? " reverse" : "");
}

}  // namespace

const OperatorFamily& reduction_operators() {
  static const OperatorFamily rows = {
      {"reduce", 1, 1, infer_reduce, nullptr, print_reduce, normalize_reduce},
      {"argmax", 1, 1, infer_arg, nullptr, print_arg, normalize_axis<ArgAttributes>},
      {"argmin", 1, 1, infer_arg, nullptr, print_arg, normalize_axis<ArgAttributes>},
      {"topk", 1, 1, infer_topk, nullptr, print_topk, normalize_axis<TopkAttributes>},
      {"cumsum", 1, 1, same_as_input, nullptr, print_cumsum, normalize_axis<CumsumAttributes>},
  };
  return rows;
}

}  // namespace trireme
