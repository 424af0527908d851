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

// Limits are attributes before opset 11 and inputs since. Infinite ones limit nothing that is finite.
void import_clip(OnnxNode& node) {
  float low = node.real("min", -kMost);
  float high = node.real("max", kMost);
  if (node.has_input(1)) low = node.constant_scalar(1, "the lower limit");
  if (node.has_input(2)) high = node.constant_scalar(2, "the upper limit");
  if (std::isnan(low) || std::isnan(high) || low > high) {
    return node.unsupported("it clips to the range from " + shortest(low) + " to " + shortest(high),
                            "the lower limit first");
  }
  const ClipAttributes a{std::max(low, -kMost), std::min(high, kMost)};
  if (a.min == 0.0F && a.max == kMost) return node.result("relu", {}, {node.input(0)});
  node.result("relun", a, {node.input(0)});
}

// Since opset 13 the softmax runs along one axis. Before, the input was taken as a matrix, all axes from
// `axis` on being its columns; that is the same if the axes behind `axis` have the size 1.
void import_along_axis(OnnxNode& node, const char* op) {
  const bool one_axis = node.opset() >= 13;
  std::int64_t axis = node.integer("axis", one_axis ? -1 : 1);
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank) {
    return node.unsupported("attribute 'axis' is " + std::to_string(axis),
                            "the input has the shape " + to_string(shape));
  }
  if (axis < 0) axis += rank;
  const auto behind = shape.begin() + axis + 1;
  if (one_axis || std::all_of(behind, shape.end(), [](std::int64_t dim) { return dim == 1; })) {
    return node.result(op, SoftmaxAttributes{axis}, {node.input(0)});
  }
  const std::int64_t rows = element_count(Shape(shape.begin(), shape.begin() + axis));
  const Shape matrix = {rows, element_count(shape) / rows};
  const ValueId flat = node.step("_flat", "reshape", ReshapeAttributes{matrix}, {node.input(0)});
  const ValueId softmax = node.step("_rows", op, SoftmaxAttributes{1}, {flat});
  node.result("reshape", ReshapeAttributes{shape}, {softmax});
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
  };
  return rows;
}

}  // namespace trireme
