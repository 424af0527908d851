// SPDX-License-Identifier: Apache-2.0
// Functions of one value, and softmax.
#include <fmt/format.h>

#include <cmath>

#include "model/import/tflite/operator_table.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

void import_unary(TfliteNode& node) { node.result(node.graph_op(), {}, {node.input(0)}); }

void import_clip(TfliteNode& node, float min, float max) {
  node.result("relun", ClipAttributes{min, max}, {node.input(0)});
}
void import_relu6(TfliteNode& node) { import_clip(node, 0, 6); }
void import_relu_n1_to_1(TfliteNode& node) { import_clip(node, -1, 1); }
void import_relu_0_to_1(TfliteNode& node) { import_clip(node, 0, 1); }

void import_leaky_relu(TfliteNode& node) {
  const auto options = node.options<tflite_file::LeakyReluOptionsT>();
  node.result("leakyrelu", LeakyReluAttributes{options.alpha}, {node.input(0)});
}

void import_elu(TfliteNode& node) { node.result("elu", EluAttributes{}, {node.input(0)}); }

void import_gelu(TfliteNode& node) {
  const auto options = node.options<tflite_file::GeluOptionsT>();
  node.result("gelu", GeluAttributes{options.approximate}, {node.input(0)});
}

// The graph's softmax has no factor on its exponents; another one than 1 is multiplied in before. Codes stay
// as they are: their scale takes the factor.
ValueId scaled_by_beta(TfliteNode& node, float beta) {
  const ValueId input = node.input(0);
  if (beta == 1.0F) return input;
  if (!std::isfinite(beta)) node.leave(fmt::format("beta is {}", static_cast<double>(beta)));
  Quantization scaled = node.value(0).quantization;
  for (float& scale : scaled.scale) scale *= beta;
  const bool codes = scaled.quantized() && beta > 0 && std::isnormal(scaled.scale.at(0));
  const ValueId factor = node.step_constant("/beta", Tensor::of<float>({}, {beta}));
  return node.step("/scaled", "multiply", {}, {input, factor}, codes ? scaled : Quantization{});
}

void import_softmax(TfliteNode& node) {
  const auto options = node.options<tflite_file::SoftmaxOptionsT>();
  node.result("softmax", SoftmaxAttributes{-1}, {scaled_by_beta(node, options.beta)});
}

void import_log_softmax(TfliteNode& node) {
  const ValueId probabilities = node.step("/softmax", "softmax", SoftmaxAttributes{-1}, {node.input(0)});
  node.result("log", {}, {probabilities});
}

}  // namespace

const TfliteFamily& tflite_activation_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::RELU, 1, 1, import_unary, "relu"},
      {BuiltinOperator::RELU6, 1, 1, import_relu6},
      {BuiltinOperator::RELU_N1_TO_1, 1, 1, import_relu_n1_to_1},
      {BuiltinOperator::RELU_0_TO_1, 1, 1, import_relu_0_to_1},
      {BuiltinOperator::LOGISTIC, 1, 1, import_unary, "sigmoid"},
      {BuiltinOperator::TANH, 1, 1, import_unary, "tanh"},
      {BuiltinOperator::HARD_SWISH, 1, 1, import_unary, "hard_swish"},
      {BuiltinOperator::LEAKY_RELU, 1, 1, import_leaky_relu},
      {BuiltinOperator::ELU, 1, 1, import_elu},
      {BuiltinOperator::GELU, 1, 1, import_gelu},
      {BuiltinOperator::EXP, 1, 1, import_unary, "exp"},
      {BuiltinOperator::LOG, 1, 1, import_unary, "log"},
      {BuiltinOperator::SQRT, 1, 1, import_unary, "sqrt"},
      {BuiltinOperator::RSQRT, 1, 1, import_unary, "rsqrt"},
      {BuiltinOperator::SQUARE, 1, 1, import_unary, "square"},
      {BuiltinOperator::ABS, 1, 1, import_unary, "abs"},
      {BuiltinOperator::NEG, 1, 1, import_unary, "neg"},
      {BuiltinOperator::SIGN, 1, 1, import_unary, "sign"},
      {BuiltinOperator::FLOOR, 1, 1, import_unary, "floor"},
      {BuiltinOperator::CEIL, 1, 1, import_unary, "ceil"},
      {BuiltinOperator::ROUND, 1, 1, import_unary, "round"},
      {BuiltinOperator::SIN, 1, 1, import_unary, "sin"},
      {BuiltinOperator::COS, 1, 1, import_unary, "cos"},
      {BuiltinOperator::LOGICAL_NOT, 1, 1, import_unary, "logical_not"},
      {BuiltinOperator::SOFTMAX, 1, 1, import_softmax},
      {BuiltinOperator::LOG_SOFTMAX, 1, 1, import_log_softmax},
  };
  return rows;
}

}  // namespace trireme
