// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/operators/weights.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"

namespace trireme {
namespace {

// The bias' axis of channels is its only one, the weight's is that of the outputs: one scale each.
Quantization product_of_scales(const Quantization& data, const Quantization& weight, DataType stored) {
  Quantization q;
  q.scheme = Quantization::Scheme::affine;
  q.dtype = stored;
  for (const float scale : weight.scale) q.scale.push_back(data.scale.at(0) * scale);
  q.zero_point.assign(q.scale.size(), 0);
  q.channel_axis = weight.per_channel() ? 0 : -1;
  return q;
}

Value layer_bias(TfliteNode& node, const Quantization& data, const Quantization& weight, std::size_t input,
                 std::int64_t outputs) {
  Value bias = node.constant(input, "the bias");
  if (element_count(bias.shape) != outputs) {
    node.leave(fmt::format("the bias has the shape {}", to_string(bias.shape)),
               fmt::format("one for each of {} outputs", outputs));
  }
  const bool integers = bias.dtype == DataType::int32 || bias.dtype == DataType::int64;
  if (integers && data.quantized() && weight.quantized()) {
    bias.quantization = product_of_scales(data, weight, bias.dtype);
    bias.dtype = DataType::float32;
  }
  if (bias.shape.size() == 1) return bias;
  bias.constant = std::make_shared<const Tensor>(reshaped(*bias.constant, {outputs}, node.budget()));
  bias.shape = {outputs};
  return bias;
}

}  // namespace

Value permuted_constant(TfliteNode& node, const Value& constant, const std::vector<std::int64_t>& perm) {
  Value value = constant;
  value.constant = std::make_shared<const Tensor>(permuted(*constant.constant, perm, node.budget()));
  value.shape = value.constant->shape;
  const auto axis = std::find(perm.begin(), perm.end(), constant.quantization.channel_axis);
  if (constant.quantization.per_channel())
    value.quantization.channel_axis = static_cast<int>(axis - perm.begin());
  return value;
}

std::vector<ValueId> layer_inputs(TfliteNode& node, ValueId data, Value weight, std::size_t bias_input) {
  const Quantization data_codes = node.import().graph.values[data].quantization;
  const Quantization weight_codes = weight.quantization;
  const bool is_deconvolution = bias_input == 3;  // its weight is [in,out,…]
  const std::int64_t outputs = weight.shape[is_deconvolution ? 1 : 0];
  std::vector<ValueId> inputs = {data, node.step_constant(weight, weight.name)};
  if (node.has_input(bias_input)) {
    const Value bias = layer_bias(node, data_codes, weight_codes, bias_input, outputs);
    inputs.push_back(node.step_constant(bias, bias.name));
  }
  return inputs;
}

void note_hybrid(TfliteNode& node, const Value& data, const Value& weight) {
  if (data.quantization.quantized() || !weight.quantization.quantized()) return;
  node.import().graph.notes.push_back(
      "operator '" + printable(node.declared().name) +
      "': quantized weights on float32 data; computed in float32, not by quantizing the data on the fly");
}

}  // namespace trireme
