// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operators.h"
#include "model/import/onnx/operator_table.h"

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
  };
  return rows;
}

}  // namespace trireme
