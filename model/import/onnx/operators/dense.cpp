// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul with constant weights become fully connected layers, weights [out,in].
#include <fmt/format.h>

#include <algorithm>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

const Tensor& constant_matrix(OnnxNode& node, std::size_t i, const char* role) {
  const Tensor& matrix = node.constant(i, role);
  if (matrix.shape.size() != 2 || matrix.dtype != DataType::float32) {
    node.unsupported(
        fmt::format("{} is a {} tensor of shape {}", role, name_of(matrix.dtype), to_string(matrix.shape)),
        "a float32 matrix");
    throw NodeSkipped();
  }
  return matrix;
}

void scale_in_place(Tensor& tensor, float factor) {
  if (factor == 1.0F) return;
  std::for_each(tensor.data<float>(), tensor.data<float>() + tensor.size(), [&](float& x) { x *= factor; });
}

// The weight as the graph wants it; the model's own constant where nothing has to change.
ValueId import_weight(OnnxNode& node, const Tensor& matrix, bool is_out_by_in, float alpha) {
  if (is_out_by_in && alpha == 1.0F) return node.input(1);
  if (alpha == 1.0F) return node.step("_weight", "permute", PermuteAttributes{{1, 0}}, {node.input(1)});
  Tensor weight =
      is_out_by_in ? reshaped(matrix, matrix.shape, node.budget()) : permuted(matrix, {1, 0}, node.budget());
  scale_in_place(weight, alpha);
  return node.step_constant("_weight", std::move(weight));
}

// C as a bias [out], if it is one number for each output (or for all); else kNone.
ValueId import_bias(OnnxNode& node, std::int64_t outputs, float beta) {
  const Tensor& c = node.constant(2, "input C");
  if (c.dtype != DataType::float32 || c.shape.size() > 2) return kNone;
  const std::int64_t rows = c.shape.size() == 2 ? c.shape[0] : 1;
  if (rows != 1 || (c.size() != 1 && c.size() != outputs)) return kNone;
  if (beta == 1.0F && c.shape == Shape{outputs}) return node.input(2);
  Tensor bias = c.size() == outputs ? reshaped(c, {outputs}, node.budget())
                                    : filled_tensor({outputs}, reshaped(c, {}, node.budget()), node.budget());
  scale_in_place(bias, beta);
  return node.step_constant("_bias", std::move(bias));
}

// beta * C for a C that is no bias; it is added after the layer.
ValueId import_addend(OnnxNode& node, float beta) {
  if (beta == 1.0F) return node.input(2);
  Tensor addend = node.constant(2, "input C, scaled by beta,");
  node.budget().spend(addend.size(), addend.dtype);
  scale_in_place(addend, beta);
  return node.step_constant("_addend", std::move(addend));
}

// Y = alpha * A' * B' + beta * C, with ' a transposition on request.
void import_gemm(OnnxNode& node) {
  const float alpha = node.real("alpha", 1.0F);
  const float beta = node.real("beta", 1.0F);
  const bool transpose_a = node.flag("transA", false);
  const bool transpose_b = node.flag("transB", false);

  const Tensor& matrix = constant_matrix(node, 1, "input B");
  if (node.shape(0).size() != 2) {
    return node.unsupported("input A has the shape " + to_string(node.shape(0)),
                            "a matrix; put a Flatten before it");
  }
  const std::int64_t outputs = matrix.shape[transpose_b ? 0 : 1];
  const bool add_c = node.has_input(2) && beta != 0.0F;
  const ValueId bias = add_c && node.is_constant(2) ? import_bias(node, outputs, beta) : kNone;
  const ValueId weight = import_weight(node, matrix, transpose_b, alpha);
  ValueId data = node.input(0);
  if (transpose_a) data = node.step("_transposed", "permute", PermuteAttributes{{1, 0}}, {data});

  std::vector<ValueId> inputs = {data, weight};
  if (bias != kNone) inputs.push_back(bias);
  if (!add_c || bias != kNone) return node.result("fullconnect", FullconnectAttributes{}, std::move(inputs));
  const ValueId product = node.step("_product", "fullconnect", FullconnectAttributes{}, std::move(inputs));
  node.result("add", {}, {product, import_addend(node, beta)});
}

// A [..., k] by a constant [k, n] is a layer on the last axis; by a vector [k] the last axis vanishes.
void import_matmul(OnnxNode& node) {
  if (!node.is_constant(1)) {
    return node.unsupported(
        "MatMul of two computed values",
        "the second input must be a constant matrix (the weight of a fully connected layer)");
  }
  const Shape data = node.shape(0);
  if (data.empty()) return node.unsupported("MatMul of a single number");
  const FullconnectAttributes last_axis{static_cast<std::int64_t>(data.size()) - 1};
  if (node.constant(1, "input B").shape.size() != 1) {
    const ValueId weight = import_weight(node, constant_matrix(node, 1, "input B"), false, 1.0F);
    return node.result("fullconnect", last_axis, {node.input(0), weight});
  }
  const Tensor& vector = node.constant(1, "input B");
  const ValueId weight = node.step_constant("_weight", reshaped(vector, {1, vector.shape[0]}, node.budget()));
  const ValueId product = node.step("_product", "fullconnect", last_axis, {node.input(0), weight});
  node.result("reshape", ReshapeAttributes{Shape(data.begin(), data.end() - 1)}, {product});
}

}  // namespace

const OnnxFamily& onnx_dense_family() {
  static const OnnxFamily rows = {
      {"Gemm", 2, 3, {"alpha", "beta", "transA", "transB"}, import_gemm},
      {"MatMul", 2, 2, {}, import_matmul},
  };
  return rows;
}

}  // namespace trireme
