// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

// The graph has data before constants; sums and products do not mind the order.
void import_commutative(OnnxNode& node, const char* op) {
  ValueId a = node.input(0);
  ValueId b = node.input(1);
  if (node.is_constant(0) && !node.is_constant(1)) std::swap(a, b);
  node.result(op, {}, {a, b});
}

void import_add(OnnxNode& node) { import_commutative(node, "add"); }
void import_mul(OnnxNode& node) { import_commutative(node, "multiply"); }

}  // namespace

const OnnxFamily& onnx_elementwise_family() {
  static const OnnxFamily rows = {{"Add", 2, 2, {}, import_add}, {"Mul", 2, 2, {}, import_mul}};
  return rows;
}

}  // namespace trireme
