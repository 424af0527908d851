// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/group_codes.h"

#include <algorithm>
#include <unordered_map>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"
#include "model/import/onnx/codes.h"
#include "model/import/onnx/quantization_parameters.h"

namespace trireme {
namespace {

bool is_integer_product(const Node& node) {
  return node.op == "convolution" || node.op == "fullconnect" || node.op == "matmul";
}

// Operators that ONNX Runtime rounds otherwise on codes than in float32 (model/reference/qlinear.h).
bool is_integer_operator(const Node& node) {
  if (node.op == "pooling") return attributes<PoolingAttributes>(node).type == PoolingAttributes::Type::avg;
  return node.op == "add" || node.op == "multiply" || node.op == "softmax";
}

class Grouping {
 public:
  Grouping(Graph& graph, bool integer_operators)
      : graph_(graph), integer_operators_(integer_operators), uses_(graph.values.size()) {
    for (const Node& node : graph.nodes) {
      for (const ValueId id : node.inputs) {
        if (id != kNone) ++uses_[id];
      }
    }
    for (const ValueId id : graph.outputs) ++uses_[id];
  }

  // Of each quantize, whether what it quantizes can give the codes itself.
  void run() {
    std::vector<bool> erased(graph_.nodes.size(), false);
    for (NodeId at = 0; at < graph_.nodes.size(); ++at) {
      const Node& quantize = graph_.nodes[at];
      if (quantize.op != "quantize") continue;
      const ValueId real = quantize.inputs[0];
      const ValueId codes = quantize.outputs[0];
      const NodeId producer = graph_.values[real].producer;
      if (producer == kNone || uses_[real] != 1 || graph_.values[real].quantization.quantized()) continue;
      absorb_bias(producer);
      if (!can_group(graph_.nodes[producer])) continue;
      take_codes(producer, codes);
      erased[at] = true;
    }
    erase_nodes(graph_, erased);
  }

 private:
  const Quantization& parameters(ValueId id) const { return graph_.values[id].quantization; }
  bool is_constant(ValueId id) const { return graph_.values[id].constant != nullptr; }

  // The codes that a value was dequantized from; a constant's own; else kNone.
  ValueId codes_of(ValueId id) const {
    const Value& value = graph_.values[id];
    if (value.constant != nullptr) return value.quantization.quantized() ? id : kNone;
    const bool dequantized = value.producer != kNone && graph_.nodes[value.producer].op == "dequantize";
    return dequantized ? graph_.nodes[value.producer].inputs[0] : kNone;
  }

  bool can_group(const Node& node) const {
    if (node.outputs.size() != 1 || node.op == "quantize" || node.op == "dequantize") return false;
    bool any = false;
    for (const ValueId id : node.inputs) {
      if (id == kNone) continue;
      const bool codes = codes_of(id) != kNone;
      any = any || (codes && !is_constant(id));
      if (!codes && !is_constant(id) && is_float(graph_.values[id].dtype)) return false;
    }
    if (!integer_operators_ && is_integer_operator(node)) return false;
    return any && (!is_integer_product(node) || fits_integers(node));
  }

  // One scale for the data; one for the weights, or one an output, which for all these weights is axis 0.
  bool fits_integers(const Node& node) const {
    if (!integer_operators_) return false;
    const ValueId data = codes_of(node.inputs[0]);
    const ValueId weight = codes_of(node.inputs[1]);
    if (data == kNone || weight == kNone) return false;
    const Quantization& d = parameters(data);
    const Quantization& w = parameters(weight);
    const int channels = node.op == "matmul" ? -1 : 0;
    const bool constant = node.op == "matmul" || is_constant(weight);
    return constant && bytes_of(d.dtype) <= 2 && bytes_of(w.dtype) <= 2 && !d.per_channel() &&
           (!w.per_channel() || w.channel_axis == channels);
  }

  // fullconnect, then add of a constant that is one number an output: exporters' form of a bias.
  void absorb_bias(NodeId id) {
    Node& add = graph_.nodes[id];
    if (!integer_operators_ || add.op != "add" || !is_constant(add.inputs[1])) return;
    const ValueId sum = add.inputs[0];
    const NodeId producer = graph_.values[sum].producer;
    if (producer == kNone || uses_[sum] != 1) return;
    const Node& layer = graph_.nodes[producer];
    const Shape& bias = graph_.values[add.inputs[1]].shape;
    const bool one_an_output = !bias.empty() && element_count(bias) == bias.back() &&
                               bias.back() == graph_.values[sum].shape.back() &&
                               graph_.values[sum].shape == graph_.values[add.outputs[0]].shape;
    if (layer.op != "fullconnect" || layer.inputs.size() != 2 || !one_an_output || !can_group(layer)) return;
    Tensor real = real_constant(graph_.values[add.inputs[1]]);
    real.shape = {real.size()};
    if (real.dtype != DataType::float32) return;
    const std::string name = graph_.unique_name(graph_.values[add.inputs[1]].name + "_bias");
    add.op = "fullconnect";
    add.attributes = layer.attributes;
    add.inputs = {layer.inputs[0], layer.inputs[1], graph_.add_constant(name, std::move(real))};
  }

  void take_codes(NodeId id, ValueId result) {
    Node& node = graph_.nodes[id];
    for (ValueId& input : node.inputs) {
      const ValueId codes = input == kNone ? kNone : codes_of(input);
      if (codes != kNone) input = codes;
    }
    if (is_integer_product(node) && node.inputs.size() > 2 && node.inputs[2] != kNone) set_bias(id);
    graph_.nodes[id].outputs = {result};
    graph_.values[result].producer = id;
  }

  // The codes of the file if they have the scale of the sums, else the real numbers quantized by it.
  void set_bias(NodeId id) {
    std::vector<ValueId>& inputs = graph_.nodes[id].inputs;
    const Quantization wanted = bias_parameters(parameters(inputs[0]), parameters(inputs[1]));
    const Value& given = graph_.values[inputs[2]];
    if (same_parameters(given.quantization, wanted)) return;
    Value bias;
    bias.name = graph_.unique_name(given.name + "_codes");
    bias.shape = given.shape;
    bias.quantization = wanted;
    bias.constant = std::make_shared<const Tensor>(quantize(real_constant(given), wanted));
    inputs[2] = graph_.add_value(std::move(bias));
  }

  Graph& graph_;
  bool integer_operators_;
  std::vector<int> uses_;
};

}  // namespace

void group_operators(Graph& graph, bool integer_operators) { Grouping(graph, integer_operators).run(); }

void decode_constants(Graph& graph) {
  std::unordered_map<ValueId, ValueId> real;
  const auto is_codes = [&](ValueId id) { return id != kNone && graph.values[id].quantization.quantized(); };
  const auto is_constant = [&](ValueId id) { return graph.values[id].constant != nullptr; };
  for (Node& node : graph.nodes) {
    const bool on_codes = std::any_of(node.outputs.begin(), node.outputs.end(), is_codes) ||
                          std::any_of(node.inputs.begin(), node.inputs.end(),
                                      [&](ValueId id) { return is_codes(id) && !is_constant(id); });
    for (ValueId& input : node.inputs) {
      if (on_codes || !is_codes(input)) continue;
      const auto [entry, fresh] = real.emplace(input, kNone);
      if (fresh) {
        const Value& codes = graph.values[input];
        entry->second = graph.add_constant(graph.unique_name(codes.name + "_real"), real_constant(codes));
      }
      input = entry->second;
    }
  }
}

void group_codes(Graph& graph, bool integer_operators) {
  move_dequantize_down(graph);
  move_quantize_up(graph);
  group_operators(graph, integer_operators);
  decode_constants(graph);
  compact(graph);
  infer_shapes(graph);
}

}  // namespace trireme
