// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/weights.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

// Unless the dimensions are kept, whatever the data's shape is, it is read as rows of the weight's width.
ValueId rows_of(TfliteNode& node, std::int64_t width, bool keep_dimensions) {
  const Shape data = node.shape(0);
  const std::int64_t elements = element_count(data);
  const bool fits =
      width > 0 && (keep_dimensions ? !data.empty() && data.back() == width : elements % width == 0);
  if (!fits) {
    node.leave(fmt::format("data {} for a weight of {} inputs", to_string(data), width),
               "as many elements as whole rows have");
  }
  const ValueId input = node.input(0);
  if (keep_dimensions || (data.size() == 2 && data[1] == width)) return input;
  const Quantization like = node.value(0).quantization;
  return node.step("/rows", "reshape", ReshapeAttributes{{elements / width, width}}, {input}, like);
}

// A weight that the network computes: a product of matrices, then the bias.
void import_computed_weight(TfliteNode& node, const tflite_file::FullyConnectedOptionsT& options) {
  const Quantization like = node.value(1).quantization;
  const ValueId rows = rows_of(node, node.shape(1).at(1), options.keep_num_dims);
  const ValueId weight = node.step("/weight", "permute", PermuteAttributes{{1, 0}}, {node.input(1)}, like);
  if (!node.has_input(2)) return node.result("matmul", {}, {rows, weight}, options.fused_activation_function);
  const ValueId product = node.step("/product", "matmul", {}, {rows, weight});
  node.result("add", {}, {product, node.input(2)}, options.fused_activation_function);
}

void import_fully_connected(TfliteNode& node) {
  const auto options = node.options<tflite_file::FullyConnectedOptionsT>();
  if (options.weights_format != tflite_file::FullyConnectedOptionsWeightsFormat::DEFAULT)
    node.unsupported("its weights are shuffled for one runtime's kernel", "convert the model again");
  if (node.shape(1).size() != 2)
    node.leave("the weight has the shape " + to_string(node.shape(1)), "[out,in]");
  if (!node.is_constant(1)) return import_computed_weight(node, options);
  const Value weight = node.constant(1, "the weight");
  note_hybrid(node, node.value(0), weight);
  const ValueId rows = rows_of(node, weight.shape[1], options.keep_num_dims);
  const auto axis = static_cast<std::int64_t>(node.import().graph.values[rows].shape.size()) - 1;
  node.result("fullconnect", FullconnectAttributes{axis}, layer_inputs(node, rows, weight, 2),
              options.fused_activation_function);
}

ValueId maybe_transposed(TfliteNode& node, std::size_t input, bool is_transposed) {
  const std::size_t rank = node.shape(input).size();
  if (rank < 2)
    node.leave("input " + std::to_string(input) + " has the shape " + to_string(node.shape(input)));
  const ValueId id = node.input(input);
  if (!is_transposed) return id;
  std::vector<std::int64_t> perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[rank - 1], perm[rank - 2]);
  const Quantization like = node.value(input).quantization;
  return node.step(input == 0 ? "/x" : "/y", "permute", PermuteAttributes{perm}, {id}, like);
}

void import_batch_matmul(TfliteNode& node) {
  const auto options = node.options<tflite_file::BatchMatMulOptionsT>();
  const ValueId x = maybe_transposed(node, 0, options.adj_x);
  const ValueId y = maybe_transposed(node, 1, options.adj_y);
  node.result("matmul", {}, {x, y});
}

}  // namespace

const TfliteFamily& tflite_dense_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::FULLY_CONNECTED, 2, 3, import_fully_connected},
      {BuiltinOperator::BATCH_MATMUL, 2, 2, import_batch_matmul},
  };
  return rows;
}

}  // namespace trireme
