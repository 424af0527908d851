// SPDX-License-Identifier: Apache-2.0
// Functions of one number, and conversions between data types.
#include <utility>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

void unary(OnnxNode& node, const char* op) { node.result(op, {}, {node.input(0)}); }

void import_is_inf(OnnxNode& node) {
  const bool negative = node.flag("detect_negative", true);
  const bool positive = node.flag("detect_positive", true);
  if (negative && positive) return node.result("is_inf", {}, {node.input(0)});
  if (!negative && !positive) {
    return node.result_constant(filled_tensor(node.shape(0), Tensor(DataType::boolean, {}), node.budget()));
  }
  const ValueId infinite = node.step("_infinite", "is_inf", {}, {node.input(0)});
  const ValueId zero = node.step_constant("_zero", Tensor(node.value(0).dtype, {}));
  const ValueId side = node.step("_side", positive ? "greater" : "less", {}, {node.input(0), zero});
  node.result("logical_and", {}, {infinite, side});
}

// Floats of any width are computed in float32. A cast to a narrower one rounds to it and comes back.
void cast_to(OnnxNode& node, DataType dtype) {
  ValueId data = node.input(0);
  if (dtype == DataType::float16 || dtype == DataType::bfloat16) {
    data = node.step("_narrow", "cast", CastAttributes{dtype}, {data});
  }
  node.result("cast", CastAttributes{is_float(dtype) ? DataType::float32 : dtype}, {data});
}

// Four bits: floats to the nearest integer, halves away from zero, and of any integer the low bits are left
// (ONNX Runtime 1.30; ONNX leaves what does not fit open).
void cast_to_four_bits(OnnxNode& node, DataType dtype) {
  const CastAttributes whole{DataType::int32}, real{DataType::float32};
  const auto number = [&](const char* suffix, std::int32_t value) {
    return node.step_constant(suffix, Tensor::of<std::int32_t>({}, {value}));
  };
  ValueId x = node.step("_whole", "cast", whole, {node.input(0)});  // towards zero
  if (is_float(node.dtype(0))) {
    const ValueId back = node.step("_back", "cast", real, {x});
    const ValueId rest = node.step("_rest", "subtract", {}, {node.input(0), back});
    const ValueId halves = node.step("_halves", "add", {}, {rest, rest});
    x = node.step("_nearest", "add", {}, {x, node.step("_step", "cast", whole, {halves})});
  }
  const std::int32_t below = dtype == DataType::int8 ? 8 : 0;  // -8 to 7, or 0 to 15
  const ValueId moved = node.step("_moved", "add", {}, {x, number("_below", below)});
  const ValueId low = node.step("_low", "mod", {}, {moved, number("_codes", 16)});
  node.result("cast", CastAttributes{dtype},
              {node.step("_code", "subtract", {}, {low, number("_zero", below)})});
}

// "saturate" and "round_mode" matter for floats of 8 bits only.
void import_cast(OnnxNode& node) {
  const std::int64_t to = node.integer("to", 0);
  if (!node.has("to")) node.unsupported("attribute 'to' is missing");
  const auto type = static_cast<std::int32_t>(to);
  if (is_four_bit(type)) return cast_to_four_bits(node, onnx_data_type(type));
  cast_to(node, onnx_data_type(type));
}

void import_cast_like(OnnxNode& node) { cast_to(node, node.value(1).dtype); }

}  // namespace

const OnnxFamily& onnx_unary_family() {
  static const OnnxFamily rows = {
      {"Abs", 1, 1, {}, [](OnnxNode& node) { unary(node, "abs"); }},
      {"Acos", 1, 1, {}, [](OnnxNode& node) { unary(node, "acos"); }},
      {"Acosh", 1, 1, {}, [](OnnxNode& node) { unary(node, "acosh"); }},
      {"Asin", 1, 1, {}, [](OnnxNode& node) { unary(node, "asin"); }},
      {"Asinh", 1, 1, {}, [](OnnxNode& node) { unary(node, "asinh"); }},
      {"Atan", 1, 1, {}, [](OnnxNode& node) { unary(node, "atan"); }},
      {"Atanh", 1, 1, {}, [](OnnxNode& node) { unary(node, "atanh"); }},
      {"Ceil", 1, 1, {}, [](OnnxNode& node) { unary(node, "ceil"); }},
      {"Cos", 1, 1, {}, [](OnnxNode& node) { unary(node, "cos"); }},
      {"Cosh", 1, 1, {}, [](OnnxNode& node) { unary(node, "cosh"); }},
      {"Erf", 1, 1, {}, [](OnnxNode& node) { unary(node, "erf"); }},
      {"Exp", 1, 1, {}, [](OnnxNode& node) { unary(node, "exp"); }},
      {"Floor", 1, 1, {}, [](OnnxNode& node) { unary(node, "floor"); }},
      {"HardSwish", 1, 1, {}, [](OnnxNode& node) { unary(node, "hard_swish"); }},
      {"IsNaN", 1, 1, {}, [](OnnxNode& node) { unary(node, "is_nan"); }},
      {"Log", 1, 1, {}, [](OnnxNode& node) { unary(node, "log"); }},
      {"Mish", 1, 1, {}, [](OnnxNode& node) { unary(node, "mish"); }},
      {"Neg", 1, 1, {}, [](OnnxNode& node) { unary(node, "neg"); }},
      {"Not", 1, 1, {}, [](OnnxNode& node) { unary(node, "logical_not"); }},
      {"Reciprocal", 1, 1, {}, [](OnnxNode& node) { unary(node, "reciprocal"); }},
      {"Round", 1, 1, {}, [](OnnxNode& node) { unary(node, "round"); }},
      {"Sign", 1, 1, {}, [](OnnxNode& node) { unary(node, "sign"); }},
      {"Sin", 1, 1, {}, [](OnnxNode& node) { unary(node, "sin"); }},
      {"Sinh", 1, 1, {}, [](OnnxNode& node) { unary(node, "sinh"); }},
      {"Softplus", 1, 1, {}, [](OnnxNode& node) { unary(node, "softrelu"); }},
      {"Softsign", 1, 1, {}, [](OnnxNode& node) { unary(node, "softsign"); }},
      {"Sqrt", 1, 1, {}, [](OnnxNode& node) { unary(node, "sqrt"); }},
      {"Tan", 1, 1, {}, [](OnnxNode& node) { unary(node, "tan"); }},
      {"IsInf", 1, 1, {"detect_negative", "detect_positive"}, import_is_inf},
      {"Cast", 1, 1, {"round_mode", "saturate", "to"}, import_cast},
      {"CastLike", 2, 2, {"round_mode", "saturate"}, import_cast_like},
  };
  return rows;
}

}  // namespace trireme
