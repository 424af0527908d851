// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "model/graph/operators.h"
#include "model/import/tflite/operator_table.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

void import_binary(TfliteNode& node) { node.result(node.graph_op(), {}, {node.input(0), node.input(1)}); }

// The graph has data before constants; sums, products and extremes do not mind the order.
std::vector<ValueId> data_first(TfliteNode& node) {
  std::vector<ValueId> inputs = {node.input(0), node.input(1)};
  if (node.is_constant(0) && !node.is_constant(1)) std::swap(inputs[0], inputs[1]);
  return inputs;
}

void import_commutative(TfliteNode& node) { node.result(node.graph_op(), {}, data_first(node)); }

bool is_power_of_two(const Quantization& q) {
  int exponent = 0;
  return q.quantized() && q.dtype == DataType::int16 && std::frexp(q.scale.at(0), &exponent) == 0.5F;
}

// If the file says so, 16-bit codes whose scales are all powers of two are not multiplied: the input with the
// finer steps is shifted to those of the result and of the other input, halves away from zero. As a real
// number that is exact.
std::vector<ValueId> shifted_alike(TfliteNode& node, std::vector<ValueId> inputs, bool powers_of_two) {
  const Quantization out = node.declared().quantization;
  if (!powers_of_two || !is_power_of_two(out)) return inputs;
  const auto of = [&](ValueId id) { return node.import().graph.values[id].quantization; };
  for (std::size_t i = 0; i < 2; ++i) {
    const Quantization own = of(inputs[i]), other = of(inputs[1 - i]);
    if (!is_power_of_two(own) || own.scale[0] >= out.scale[0] || other.scale != out.scale) continue;
    const ValueId real = node.step("/real", "dequantize", {}, {inputs[i]});
    inputs[i] = node.step("/shifted", "quantize", {}, {real}, out);
    break;
  }
  return inputs;
}

void import_add(TfliteNode& node) {
  const auto options = node.options<tflite_file::AddOptionsT>();
  node.result("add", {}, shifted_alike(node, data_first(node), options.pot_scale_int16),
              options.fused_activation_function);
}

void import_mul(TfliteNode& node) {
  const auto options = node.options<tflite_file::MulOptionsT>();
  node.result("multiply", {}, data_first(node), options.fused_activation_function);
}

void import_sub(TfliteNode& node) {
  const auto options = node.options<tflite_file::SubOptionsT>();
  node.result("subtract", {}, shifted_alike(node, {node.input(0), node.input(1)}, options.pot_scale_int16),
              options.fused_activation_function);
}

void import_div(TfliteNode& node) {
  const auto options = node.options<tflite_file::DivOptionsT>();
  node.result("divide", {}, {node.input(0), node.input(1)}, options.fused_activation_function);
}

// Towards minus infinity. Integers: what the modulus (of the divisor's sign) leaves divides exactly.
void import_floor_div(TfliteNode& node) {
  const ValueId a = node.input(0);
  const ValueId b = node.input(1);
  if (is_float(node.value(0).dtype))
    return node.result("floor", {}, {node.step("/quotient", "divide", {}, {a, b})});
  const ValueId rest = node.step("/rest", "mod", {}, {a, b});
  node.result("divide", {}, {node.step("/multiple", "subtract", {}, {a, rest}), b});
}

// SELECT takes a vector for whole rows, too; SELECT_V2 broadcasts.
void import_select(TfliteNode& node) {
  const std::size_t rank = node.shape(1).size();
  ValueId condition = node.input(0);
  if (node.shape(0).size() == 1 && rank > 1) {
    Shape rows(rank, 1);
    rows[0] = node.shape(0)[0];
    condition = node.step("/rows", "reshape", ReshapeAttributes{rows}, {condition});
  }
  node.result("where", {}, {condition, node.input(1), node.input(2)});
}

void import_select_v2(TfliteNode& node) {
  node.result("where", {}, {node.input(0), node.input(1), node.input(2)});
}

}  // namespace

const TfliteFamily& tflite_elementwise_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::ADD, 2, 2, import_add},
      {BuiltinOperator::SUB, 2, 2, import_sub},
      {BuiltinOperator::MUL, 2, 2, import_mul},
      {BuiltinOperator::DIV, 2, 2, import_div},
      {BuiltinOperator::POW, 2, 2, import_binary, "pow"},
      {BuiltinOperator::MAXIMUM, 2, 2, import_commutative, "maximum"},
      {BuiltinOperator::MINIMUM, 2, 2, import_commutative, "minimum"},
      {BuiltinOperator::SQUARED_DIFFERENCE, 2, 2, import_commutative, "squared_difference"},
      {BuiltinOperator::FLOOR_DIV, 2, 2, import_floor_div},
      {BuiltinOperator::FLOOR_MOD, 2, 2, import_binary, "mod"},
      {BuiltinOperator::PRELU, 2, 2, import_binary, "prelu"},
      {BuiltinOperator::EQUAL, 2, 2, import_commutative, "equal"},
      {BuiltinOperator::NOT_EQUAL, 2, 2, import_commutative, "not_equal"},
      {BuiltinOperator::GREATER, 2, 2, import_binary, "greater"},
      {BuiltinOperator::GREATER_EQUAL, 2, 2, import_binary, "greater_equal"},
      {BuiltinOperator::LESS, 2, 2, import_binary, "less"},
      {BuiltinOperator::LESS_EQUAL, 2, 2, import_binary, "less_equal"},
      {BuiltinOperator::LOGICAL_AND, 2, 2, import_commutative, "logical_and"},
      {BuiltinOperator::LOGICAL_OR, 2, 2, import_commutative, "logical_or"},
      {BuiltinOperator::SELECT, 3, 3, import_select},
      {BuiltinOperator::SELECT_V2, 3, 3, import_select_v2},
  };
  return rows;
}

}  // namespace trireme
