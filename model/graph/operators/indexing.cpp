// SPDX-License-Identifier: Apache-2.0
// Operators that read or write elements at places that another input names.
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

const Value& require_indices(const Graph& graph, const Node& node, std::size_t input) {
  const Value& indices = input_of(graph, node, input);
  if (indices.dtype != DataType::int64 && indices.dtype != DataType::int32) {
    throw Error({}, fmt::format("the indices '{}' are {}", printable(indices.name), name_of(indices.dtype)),
                "int32 or int64");
  }
  return indices;
}

void normalize_gather(const Graph& graph, Node& node) {
  GatherAttributes a = attributes<GatherAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

std::string print_gather(const Node& node) {
  return fmt::format("axis={}", attributes<GatherAttributes>(node).axis);
}

std::vector<ValueType> infer_gather(const Graph& graph, const Node& node) {
  const std::int64_t axis = attributes<GatherAttributes>(node).axis;
  const Value& data = input_of(graph, node, 0);
  const Shape& indices = require_indices(graph, node, 1).shape;
  Shape shape(data.shape.begin(), data.shape.begin() + axis);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), data.shape.begin() + axis + 1, data.shape.end());
  return {{data.dtype, std::move(shape)}};
}

// Indices within the data's shape on every axis but `axis`.
void require_inside(const Shape& indices, const Shape& data, std::int64_t axis) {
  bool fits = indices.size() == data.size();
  for (std::size_t i = 0; fits && i < data.size(); ++i) {
    fits = static_cast<std::int64_t>(i) == axis || indices[i] <= data[i];
  }
  if (!fits) throw Error({}, "indices of shape " + to_string(indices) + " for data of " + to_string(data));
}

std::vector<ValueType> infer_gather_elements(const Graph& graph, const Node& node) {
  const Value& data = input_of(graph, node, 0);
  const Shape& indices = require_indices(graph, node, 1).shape;
  require_inside(indices, data.shape, attributes<GatherAttributes>(node).axis);
  return {{data.dtype, indices}};
}

// The last dimension of `indices` counts the axes that an entry names, from `batch_dims` on.
std::int64_t index_depth(const Shape& indices, const Shape& data, std::int64_t batch_dims) {
  const auto rank = static_cast<std::int64_t>(data.size());
  const bool enough =
      batch_dims >= 0 && batch_dims < rank && batch_dims < static_cast<std::int64_t>(indices.size());
  if (!enough || indices.back() < 1 || indices.back() > rank - batch_dims) {
    throw Error({}, fmt::format("indices of shape {} for data of {}, batch_dims {}", to_string(indices),
                                to_string(data), batch_dims));
  }
  return indices.back();
}

std::vector<ValueType> infer_gathernd(const Graph& graph, const Node& node) {
  const std::int64_t batch_dims = attributes<GatherNdAttributes>(node).batch_dims;
  const Value& data = input_of(graph, node, 0);
  const Shape& indices = require_indices(graph, node, 1).shape;
  const std::int64_t depth = index_depth(indices, data.shape, batch_dims);
  for (std::int64_t i = 0; i < batch_dims; ++i) {
    if (indices[static_cast<std::size_t>(i)] == data.shape[static_cast<std::size_t>(i)]) continue;
    throw Error({}, "indices of shape " + to_string(indices) + " for data of " + to_string(data.shape),
                "the same batch dimensions");
  }
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), data.shape.begin() + batch_dims + depth, data.shape.end());
  return {{data.dtype, std::move(shape)}};
}

std::string print_gathernd(const Node& node) {
  return fmt::format("batch_dims={}", attributes<GatherNdAttributes>(node).batch_dims);
}

void require_same_type(const Value& data, const Value& updates) {
  if (data.dtype == updates.dtype) return;
  throw Error({}, fmt::format("data is {}, updates are {}", name_of(data.dtype), name_of(updates.dtype)),
              "one data type");
}

std::vector<ValueType> infer_scatternd(const Graph& graph, const Node& node) {
  const Value& data = input_of(graph, node, 0);
  const Shape& indices = require_indices(graph, node, 1).shape;
  const std::int64_t depth = index_depth(indices, data.shape, 0);
  Shape wanted(indices.begin(), indices.end() - 1);
  wanted.insert(wanted.end(), data.shape.begin() + depth, data.shape.end());
  require_shape(input_of(graph, node, 2), wanted, "updates");
  require_same_type(data, input_of(graph, node, 2));
  return same_as_input(graph, node);
}

std::vector<ValueType> infer_scatter_elements(const Graph& graph, const Node& node) {
  const Value& data = input_of(graph, node, 0);
  const Shape& indices = require_indices(graph, node, 1).shape;
  require_inside(indices, data.shape, attributes<ScatterAttributes>(node).axis);
  require_shape(input_of(graph, node, 2), indices, "updates");
  require_same_type(data, input_of(graph, node, 2));
  return same_as_input(graph, node);
}

void normalize_scatter(const Graph& graph, Node& node) {
  ScatterAttributes a = attributes<ScatterAttributes>(node);
  a.axis = positive_axis(a.axis, input_of(graph, node, 0).shape);
  node.attributes = a;
}

std::string print_scatter(const Node& node) {
  constexpr const char* kReductions[] = {"none", "add", "mul", "max", "min"};
  const auto& a = attributes<ScatterAttributes>(node);
  return fmt::format("axis={} reduction={}", a.axis, kReductions[static_cast<std::size_t>(a.reduction)]);
}

// indices [..] -> [.., depth at `axis`, ..] of the type of `values`
std::vector<ValueType> infer_one_hot(const Graph& graph, const Node& node) {
  const auto& a = attributes<OneHotAttributes>(node);
  const Value& indices = input_of(graph, node, 0);
  const Value& values = input_of(graph, node, 1);
  require_shape(values, {2}, "values");
  Shape shape = indices.shape;
  shape.insert(shape.begin() + a.axis, a.depth);
  return {{values.dtype, std::move(shape)}};
}

void normalize_one_hot(const Graph& graph, Node& node) {
  OneHotAttributes a = attributes<OneHotAttributes>(node);
  Shape output = input_of(graph, node, 0).shape;
  output.push_back(a.depth);  // the axis counts in the output's shape, which has one dimension more
  a.axis = positive_axis(a.axis, output);
  node.attributes = a;
}

std::string print_one_hot(const Node& node) {
  const auto& a = attributes<OneHotAttributes>(node);
  return fmt::format("axis={} depth={}", a.axis, a.depth);
}

}  // namespace

const OperatorFamily& indexing_operators() {
  static const OperatorFamily rows = {
      {"gather", 2, 2, infer_gather, nullptr, print_gather, normalize_gather},
      {"gather_elements", 2, 2, infer_gather_elements, nullptr, print_gather, normalize_gather},
      {"gathernd", 2, 2, infer_gathernd, nullptr, print_gathernd},
      {"scatternd", 3, 3, infer_scatternd, nullptr, print_scatter},
      {"scatter_elements", 3, 3, infer_scatter_elements, nullptr, print_scatter, normalize_scatter},
      {"one_hot", 2, 2, infer_one_hot, nullptr, print_one_hot, normalize_one_hot},
  };
  return rows;
}

}  // namespace trireme
