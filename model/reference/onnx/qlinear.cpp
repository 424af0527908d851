// SPDX-License-Identifier: Apache-2.0
#include "model/reference/qlinear.h"

#include <algorithm>
#include <cmath>

#include "model/graph/attributes.h"
#include "model/reference/codes.h"

namespace trireme {

namespace {

bool has_kernel(const Graph& graph, const Node& node, RequantRule rule) {
  if (node.op == "pooling") return attributes<PoolingAttributes>(node).type == PoolingAttributes::Type::avg;
  if (node.op == "softmax") {
    const Shape& shape = graph.values[node.inputs.at(0)].shape;
    const auto axis = static_cast<std::size_t>(attributes<SoftmaxAttributes>(node).axis);
    const Quantization& out = graph.values[node.outputs.at(0)].quantization;
    return axis < shape.size() && !qlinear_softmax_overflows(out.scale.at(0), shape[axis], rule);
  }
  return node.op == "add" || node.op == "multiply";
}

}  // namespace

bool is_qlinear(const Graph& graph, const Node& node, RequantRule rule) {
  const bool by_rule = rule == RequantRule::onnx || (node.op == "softmax" && !is_tflite(rule));
  if (!by_rule || find_qlinear_kernel(node.op) == nullptr || node.outputs.size() != 1) return false;
  const Quantization& out = graph.values[node.outputs[0]].quantization;
  // Fixed point is none of ONNX's.
  const auto has_scale = [](const Quantization& q) {
    return q.scheme == Quantization::Scheme::affine && is_affine(q);
  };
  if (!has_scale(out) || bytes_of(out.dtype) != 1) return false;
  const auto alike = [&](ValueId id) {
    return id != kNone && has_scale(graph.values[id].quantization) &&
           graph.values[id].quantization.dtype == out.dtype;
  };
  return std::all_of(node.inputs.begin(), node.inputs.end(), alike) && has_kernel(graph, node, rule);
}

std::int64_t qlinear::nearest(float x) {
  constexpr float kFarBeyondCodes = 1e9F;
  return std::isnan(x) ? 0 : std::llrint(std::clamp(x, -kFarBeyondCodes, kFarBeyondCodes));
}

Kernel find_qlinear_kernel(const std::string& op) {
  struct Row {
    const char* op;
    Kernel kernel;
  };
  static constexpr Row kRows[] = {{"add", qlinear::add},
                                  {"multiply", qlinear::multiply},
                                  {"pooling", qlinear::average_pool},
                                  {"softmax", qlinear::softmax}};
  for (const Row& row : kRows) {
    if (op == row.op) return row.kernel;
  }
  return nullptr;
}

}  // namespace trireme
