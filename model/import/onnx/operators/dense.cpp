// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul with constant weights become fully connected layers, weights [out,in]; others stay products
// of matrices.
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

ValueId scaled(OnnxNode& node, const char* suffix, ValueId id, float factor) {
  if (factor == 1.0F) return id;
  const std::string name = suffix;
  return node.step(suffix, "multiply", {},
                   {id, node.step_constant(name + "_factor", Tensor::of<float>({}, {factor}))});
}

ValueId transposed(OnnxNode& node, const char* suffix, ValueId id, bool wanted) {
  return wanted ? node.step(suffix, "permute", PermuteAttributes{{1, 0}}, {id}) : id;
}

struct Gemm {
  float alpha, beta;
  bool transpose_a, transpose_b, add_c;
};

// Y = alpha * A' * B' + beta * C as it stands, for a B that the network computes.
void import_gemm_of_values(OnnxNode& node, const Gemm& g) {
  const ValueId a = transposed(node, "_a", node.input(0), g.transpose_a);
  const ValueId b = transposed(node, "_b", node.input(1), g.transpose_b);
  if (!g.add_c && g.alpha == 1.0F) return node.result("matmul", {}, {a, b});
  const ValueId product = node.step("_product", "matmul", {}, {a, b});
  if (!g.add_c) {
    return node.result("multiply", {},
                       {product, node.step_constant("_alpha", Tensor::of<float>({}, {g.alpha}))});
  }
  const ValueId sum = scaled(node, "_scaled", product, g.alpha);
  node.result("add", {}, {sum, scaled(node, "_addend", node.input(2), g.beta)});
}

// Y = alpha * A' * B' + beta * C, with ' a transposition on request.
void import_gemm(OnnxNode& node) {
  Gemm g{node.real("alpha", 1.0F), node.real("beta", 1.0F), node.flag("transA", false),
         node.flag("transB", false), false};
  g.add_c = node.has_input(2) && g.beta != 0.0F;
  if (node.shape(0).size() != 2) {
    return node.unsupported("input A has the shape " + to_string(node.shape(0)),
                            "a matrix; put a Flatten before it");
  }
  if (!node.is_constant(1)) return import_gemm_of_values(node, g);
  const Tensor& matrix = constant_matrix(node, 1, "input B");
  const std::int64_t outputs = matrix.shape[g.transpose_b ? 0 : 1];
  const ValueId bias = g.add_c && node.is_constant(2) ? import_bias(node, outputs, g.beta) : kNone;
  const ValueId weight = import_weight(node, matrix, g.transpose_b, g.alpha);
  const ValueId data = transposed(node, "_transposed", node.input(0), g.transpose_a);

  std::vector<ValueId> inputs = {data, weight};
  if (bias != kNone) inputs.push_back(bias);
  if (!g.add_c || bias != kNone)
    return node.result("fullconnect", FullconnectAttributes{}, std::move(inputs));
  const ValueId product = node.step("_product", "fullconnect", FullconnectAttributes{}, std::move(inputs));
  node.result("add", {}, {product, scaled(node, "_addend", node.input(2), g.beta)});
}

// A [..., k] by a constant [k, n] is a layer on the last axis; by a vector [k] the last axis vanishes.
void import_matmul(OnnxNode& node) {
  const bool is_layer = node.is_constant(1) && !node.is_constant(0) && node.shape(1).size() <= 2;
  if (!is_layer) return node.result("matmul", {}, {node.input(0), node.input(1)});
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
