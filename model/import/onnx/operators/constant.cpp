// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/graph/operators.h"
#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/random_weights.h"

namespace trireme {
namespace {

template <typename Element>
Tensor list(const std::vector<Element>& elements) {
  return Tensor::of<Element>({static_cast<std::int64_t>(elements.size())}, elements);
}

void import_constant(OnnxNode& node) {
  static const char* const kForms[] = {"value",      "value_float",  "value_floats",  "value_int",
                                       "value_ints", "value_string", "value_strings", "sparse_value"};
  int forms = 0;
  for (const char* form : kForms) forms += node.has(form) ? 1 : 0;
  if (forms != 1)
    return node.unsupported(fmt::format("it has {} values", forms), "exactly one value attribute");
  for (const char* form : {"value_string", "value_strings", "sparse_value"}) {
    if (node.has(form))
      return node.unsupported(fmt::format("attribute '{}' is not supported", form), "a dense tensor");
  }
  if (const onnx::TensorProto* tensor = node.tensor("value")) {
    return node.result_constant(read_onnx_tensor(*tensor, node.budget()));
  }
  if (node.has("value_float"))
    return node.result_constant(Tensor::of<float>({}, {node.real("value_float", 0)}));
  if (node.has("value_floats")) return node.result_constant(list(node.reals("value_floats")));
  if (node.has("value_int")) {
    return node.result_constant(Tensor::of<std::int64_t>({}, {node.integer("value_int", 0)}));
  }
  node.result_constant(list(node.integers("value_ints")));
}

void import_constant_of_shape(OnnxNode& node) {
  Tensor element = Tensor::of<float>({}, {0.0F});
  if (const onnx::TensorProto* tensor = node.tensor("value"))
    element = read_onnx_tensor(*tensor, node.budget());
  if (element.size() != 1)
    return node.unsupported("attribute 'value' has the shape " + to_string(element.shape), "one element");
  const Shape shape = node.constant_integers(0, "the shape");
  node.result_constant(filled_tensor(shape, element, node.budget()));
}

// Shapes are known at import, so what is calculated from them is constant.
void import_shape(OnnxNode& node) {
  const std::int64_t start = node.integer("start", 0), end = node.integer("end", INT64_MAX);
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto position = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? std::max(at, -rank) + rank : at, 0, rank);
  };
  const std::int64_t first = position(start), last = std::max(first, position(end));
  node.result_constant(list(Shape(shape.begin() + first, shape.begin() + last)));
}

void import_size(OnnxNode& node) {
  node.result_constant(Tensor::of<std::int64_t>({}, {element_count(node.shape(0))}));
}

// start, start + delta, … below (or above) limit: ceil((limit - start) / delta) elements.
void import_range(OnnxNode& node) {
  const Tensor& start = node.constant(0, "start");
  const Tensor& limit = node.constant(1, "limit");
  const Tensor& delta = node.constant(2, "delta");
  const bool scalars = start.size() == 1 && limit.size() == 1 && delta.size() == 1;
  const bool one_type = start.dtype == limit.dtype && start.dtype == delta.dtype;
  if (!scalars || !one_type || element(delta, 0) == 0)
    return node.unsupported("start, limit and delta", "three numbers of one type, delta not 0");
  const double from = element(start, 0), step = element(delta, 0);
  const double steps = std::ceil((element(limit, 0) - from) / step);
  if (!(steps < 0x1p40)) return node.unsupported(fmt::format("it has {} elements", steps));
  const auto count = static_cast<std::int64_t>(std::max(steps, 0.0));
  node.budget().spend(count, DataType::float64);
  std::vector<double> elements;
  for (std::int64_t i = 0; i < count; ++i) elements.push_back(from + static_cast<double>(i) * step);
  node.result_constant(convert(list(elements), start.dtype));
}

void import_random_weights(OnnxNode& node) {
  RandomWeights weights;
  if (!node.has("shape") || !node.has("scale"))
    return node.unsupported("attribute 'shape' or 'scale' is missing");
  weights.shape = node.integers("shape");
  weights.seed = static_cast<std::uint64_t>(node.integer("seed", 0));
  weights.scale = node.real("scale", 1);
  weights.distribution = parse_distribution(node.text("distribution", "laplace"));
  node.budget().spend(element_count(weights.shape), DataType::float32);
  node.result_constant(node.shapes_only() ? Tensor(DataType::float32, weights.shape) : draw(weights));
}

}  // namespace

const OnnxFamily& onnx_constant_family() {
  static const OnnxFamily rows = {
      {"Constant",
       0,
       0,
       {"sparse_value", "value", "value_float", "value_floats", "value_int", "value_ints", "value_string",
        "value_strings"},
       import_constant},
      {"ConstantOfShape", 1, 1, {"value"}, import_constant_of_shape},
      {"Shape", 1, 1, {"end", "start"}, import_shape},
      {"Size", 1, 1, {}, import_size},
      {"Range", 3, 3, {}, import_range},
      {"trireme.RandomWeights", 0, 0, {"distribution", "scale", "seed", "shape"}, import_random_weights},
  };
  return rows;
}

}  // namespace trireme
