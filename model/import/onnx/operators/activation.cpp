// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "model/graph/operators.h"
#include "model/import/onnx/operator_table.h"
#include "support/text.h"

namespace trireme {
namespace {

constexpr float kMost = std::numeric_limits<float>::max();  // ONNX's default limits of Clip

void import_relu(OnnxNode& node) { node.result("relu", {}, {node.input(0)}); }
void import_sigmoid(OnnxNode& node) { node.result("sigmoid", {}, {node.input(0)}); }
void import_tanh(OnnxNode& node) { node.result("tanh", {}, {node.input(0)}); }

void import_leaky_relu(OnnxNode& node) {
  const LeakyReluAttributes a{node.real("alpha", 0.01F)};
  node.result("leakyrelu", a, {node.input(0)});
}

// Limits that the network computes, or that cross: a maximum, then a minimum.
void import_computed_clip(OnnxNode& node) {
  ValueId data = node.input(0);
  if (node.has_input(1) && !node.has_input(2)) return node.result("maximum", {}, {data, node.input(1)});
  if (node.has_input(1)) data = node.step("_low", "maximum", {}, {data, node.input(1)});
  node.result("minimum", {}, {data, node.input(2)});
}

// A limit of any numeric type. Constants may be infinite where they limit nothing.
float limit(OnnxNode& node, std::size_t i, float fallback) {
  if (!node.has_input(i)) return fallback;
  const Tensor& tensor = node.constant(i, i == 1 ? "the lower limit" : "the upper limit");
  if (tensor.size() == 1) return static_cast<float>(element(tensor, 0));
  node.unsupported("a limit has the shape " + to_string(tensor.shape), "one number");
  throw NodeSkipped();
}

// Limits are attributes before opset 11 and inputs since.
void import_clip(OnnxNode& node) {
  float low = node.real("min", -kMost);
  float high = node.real("max", kMost);
  const auto computed = [&](std::size_t i) { return node.has_input(i) && !node.is_constant(i); };
  if (computed(1) || computed(2)) return import_computed_clip(node);
  low = limit(node, 1, low);
  high = limit(node, 2, high);
  if (low > high && node.has_input(1) && node.has_input(2)) return import_computed_clip(node);
  if (std::isnan(low) || std::isnan(high) || low > high) {
    return node.unsupported("it clips to the range from " + shortest(low) + " to " + shortest(high),
                            "the lower limit first");
  }
  const ClipAttributes a{std::max(low, -kMost), std::min(high, kMost)};
  if (a.min == 0.0F && a.max == kMost) return node.result("relu", {}, {node.input(0)});
  node.result("relun", a, {node.input(0)});
}

void import_elu(OnnxNode& node) { node.result("elu", EluAttributes{node.real("alpha", 1)}, {node.input(0)}); }
void import_celu(OnnxNode& node) {
  const EluAttributes a{node.real("alpha", 1)};
  node.result("celu", a, {node.input(0)});
}

void import_selu(OnnxNode& node) {
  const SeluAttributes a{node.real("alpha", SeluAttributes{}.alpha),
                         node.real("gamma", SeluAttributes{}.gamma)};
  node.result("selu", a, {node.input(0)});
}

void import_hard_sigmoid(OnnxNode& node) {
  const HardSigmoidAttributes a{node.real("alpha", 0.2F), node.real("beta", 0.5F)};
  node.result("hard_sigmoid", a, {node.input(0)});
}

void import_swish(OnnxNode& node) {
  const SwishAttributes a{node.real("alpha", 1)};
  node.result("swish", a, {node.input(0)});
}

void import_gelu(OnnxNode& node) {
  const std::string mode = node.text("approximate", "none");
  if (mode != "none" && mode != "tanh")
    node.unsupported("attribute 'approximate' is '" + mode + "'", suggestion(mode, {"none", "tanh"}));
  node.result("gelu", GeluAttributes{mode == "tanh"}, {node.input(0)});
}

void import_thresholded_relu(OnnxNode& node) {
  const ThresholdAttributes a{node.real("alpha", 1)};
  node.result("thresholdedrelu", a, {node.input(0)});
}

void import_prelu(OnnxNode& node) { node.result("prelu", {}, {node.input(0), node.input(1)}); }

// x < -lambd ? x + bias : x > lambd ? x - bias : 0
void import_shrink(OnnxNode& node) {
  const float lambd = node.real("lambd", 0.5F);
  const float bias = node.real("bias", 0);
  const auto number = [&](const char* name, float value) {
    return node.step_constant(name, convert(Tensor::of<float>({}, {value}), node.value(0).dtype));
  };
  const ValueId x = node.input(0);
  const ValueId shift = number("_bias", bias);
  const ValueId below = node.step("_below", "less", {}, {x, number("_low", -lambd)});
  const ValueId above = node.step("_above", "greater", {}, {x, number("_high", lambd)});
  const ValueId raised = node.step("_raised", "add", {}, {x, shift});
  const ValueId lowered = node.step("_lowered", "subtract", {}, {x, shift});
  const ValueId positive = node.step("_positive", "where", {}, {above, lowered, number("_zero", 0)});
  node.result("where", {}, {below, raised, positive});
}

// Since opset 13 the softmax runs along one axis. Before, the input was taken as a matrix, all axes from
// `axis` on being its columns; that is the same if the axes behind `axis` have the size 1.
// The axis, and the matrix if the input must be one; else an empty shape.
std::pair<std::int64_t, Shape> softmax_axis(OnnxNode& node) {
  const bool one_axis = node.opset() >= 13;
  std::int64_t axis = node.integer("axis", one_axis ? -1 : 1);
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank) {
    node.unsupported("attribute 'axis' is " + std::to_string(axis),
                     "the input has the shape " + to_string(shape));
    throw NodeSkipped();
  }
  if (axis < 0) axis += rank;
  const auto behind = shape.begin() + axis + 1;
  if (one_axis || std::all_of(behind, shape.end(), [](std::int64_t dim) { return dim == 1; }))
    return {axis, {}};
  const std::int64_t rows = element_count(Shape(shape.begin(), shape.begin() + axis));
  return {1, {rows, element_count(shape) / rows}};
}

void import_along_axis(OnnxNode& node, const char* op) {
  const auto [axis, matrix] = softmax_axis(node);
  if (matrix.empty()) return node.result(op, SoftmaxAttributes{axis}, {node.input(0)});
  const ValueId flat = node.step("_flat", "reshape", ReshapeAttributes{matrix}, {node.input(0)});
  const ValueId rows = node.step("_rows", op, SoftmaxAttributes{axis}, {flat});
  node.result("reshape", ReshapeAttributes{node.shape(0)}, {rows});
}

void import_softmax(OnnxNode& node) { import_along_axis(node, "softmax"); }
void import_log_softmax(OnnxNode& node) { import_along_axis(node, "log_softmax"); }

}  // namespace

const OnnxFamily& onnx_activation_family() {
  static const OnnxFamily rows = {
      {"Relu", 1, 1, {}, import_relu},
      {"LeakyRelu", 1, 1, {"alpha"}, import_leaky_relu},
      {"Clip", 1, 3, {"max", "min"}, import_clip},
      {"Sigmoid", 1, 1, {}, import_sigmoid},
      {"Tanh", 1, 1, {}, import_tanh},
      {"Softmax", 1, 1, {"axis"}, import_softmax},
      {"LogSoftmax", 1, 1, {"axis"}, import_log_softmax},
      {"Elu", 1, 1, {"alpha"}, import_elu},
      {"Celu", 1, 1, {"alpha"}, import_celu},
      {"Selu", 1, 1, {"alpha", "gamma"}, import_selu},
      {"HardSigmoid", 1, 1, {"alpha", "beta"}, import_hard_sigmoid},
      {"Swish", 1, 1, {"alpha"}, import_swish},
      {"Gelu", 1, 1, {"approximate"}, import_gelu},
      {"ThresholdedRelu", 1, 1, {"alpha"}, import_thresholded_relu},
      {"PRelu", 2, 2, {}, import_prelu},
      {"Shrink", 1, 1, {"bias", "lambd"}, import_shrink},
  };
  return rows;
}

}  // namespace trireme
