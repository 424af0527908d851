// SPDX-License-Identifier: Apache-2.0
// Operators of two inputs and more, element by element, with broadcasting.
#include <utility>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

// The graph has data before constants; sums and products do not mind the order.
void commutative(OnnxNode& node, const char* op) {
  ValueId a = node.input(0);
  ValueId b = node.input(1);
  if (node.is_constant(0) && !node.is_constant(1)) std::swap(a, b);
  node.result(op, {}, {a, b});
}

void binary(OnnxNode& node, const char* op) { node.result(op, {}, {node.input(0), node.input(1)}); }

// Since opset 12 the exponent may be of another type; the result is of the base's. An integer to a real power
// is computed in float32.
void import_pow(OnnxNode& node) {
  const DataType base = node.value(0).dtype;
  const DataType exponent = node.value(1).dtype;
  if (base == exponent) return binary(node, "pow");
  if (!is_float(base) && is_float(exponent)) {
    const CastAttributes real{DataType::float32};
    const ValueId x = node.step("_base", "cast", real, {node.input(0)});
    const ValueId power = node.step("_power", "pow", {}, {x, node.input(1)});
    return node.result("cast", CastAttributes{base}, {power});
  }
  const ValueId n = node.step("_exponent", "cast", CastAttributes{base}, {node.input(1)});
  node.result("pow", {}, {node.input(0), n});
}

void import_mod(OnnxNode& node) {
  const bool c_style = node.flag("fmod", false);
  if (!c_style && is_float(node.value(0).dtype)) {
    return node.unsupported("attribute 'fmod' is 0", "1 for floats, as ONNX defines it");
  }
  binary(node, c_style ? "fmod" : "mod");
}

void import_where(OnnxNode& node) { node.result("where", {}, {node.input(0), node.input(1), node.input(2)}); }

// Any number of inputs as a chain, the first two first.
ValueId chain(OnnxNode& node, const char* op, std::size_t count) {
  ValueId total = node.input(0);
  for (std::size_t i = 1; i < count; ++i) {
    total = node.step("_" + std::to_string(i), op, {}, {total, node.input(i)});
  }
  return total;
}

void variadic(OnnxNode& node, const char* op) {
  const std::size_t count = node.input_count();
  if (count == 1) return node.result("noop", {}, {node.input(0)});
  if (count == 2) return commutative(node, op);
  const ValueId before = chain(node, op, count - 1);
  node.result(op, {}, {before, node.input(count - 1)});
}

void import_mean(OnnxNode& node) {
  const std::size_t count = node.input_count();
  if (count == 1) return node.result("noop", {}, {node.input(0)});
  const ValueId total = chain(node, "add", count);
  const ValueId divisor = node.step_constant("_count", Tensor::of<float>({}, {static_cast<float>(count)}));
  node.result("divide", {}, {total, divisor});
}

}  // namespace

const OnnxFamily& onnx_elementwise_family() {
  static const OnnxFamily rows = {
      {"Add", 2, 2, {}, [](OnnxNode& node) { commutative(node, "add"); }},
      {"Mul", 2, 2, {}, [](OnnxNode& node) { commutative(node, "multiply"); }},
      {"Sub", 2, 2, {}, [](OnnxNode& node) { binary(node, "subtract"); }},
      {"Div", 2, 2, {}, [](OnnxNode& node) { binary(node, "divide"); }},
      {"Pow", 2, 2, {}, import_pow},
      {"Mod", 2, 2, {"fmod"}, import_mod},
      {"And", 2, 2, {}, [](OnnxNode& node) { commutative(node, "logical_and"); }},
      {"Or", 2, 2, {}, [](OnnxNode& node) { commutative(node, "logical_or"); }},
      {"Xor", 2, 2, {}, [](OnnxNode& node) { commutative(node, "logical_xor"); }},
      {"Equal", 2, 2, {}, [](OnnxNode& node) { commutative(node, "equal"); }},
      {"Greater", 2, 2, {}, [](OnnxNode& node) { binary(node, "greater"); }},
      {"GreaterOrEqual", 2, 2, {}, [](OnnxNode& node) { binary(node, "greater_equal"); }},
      {"Less", 2, 2, {}, [](OnnxNode& node) { binary(node, "less"); }},
      {"LessOrEqual", 2, 2, {}, [](OnnxNode& node) { binary(node, "less_equal"); }},
      {"Where", 3, 3, {}, import_where},
      {"Max", 1, kAnyNumberOfInputs, {}, [](OnnxNode& node) { variadic(node, "maximum"); }},
      {"Min", 1, kAnyNumberOfInputs, {}, [](OnnxNode& node) { variadic(node, "minimum"); }},
      {"Sum", 1, kAnyNumberOfInputs, {}, [](OnnxNode& node) { variadic(node, "add"); }},
      {"Mean", 1, kAnyNumberOfInputs, {}, import_mean},
  };
  return rows;
}

}  // namespace trireme
