// SPDX-License-Identifier: Apache-2.0
// The sharing rules: they make fused and unfused networks compute the same bits.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/quantize/calibrate.h"
#include "model/quantize/roles.h"

namespace trireme {

namespace {

class Unifier {
 public:
  explicit Unifier(Graph& graph) : graph_(graph) {}

  std::vector<std::string> run() {
    for (const Node& node : graph_.nodes) take_clamp_parameters(node);
    end_in_float16();
    // In topological order, so that a chain of them ends up with the parameters of its source.
    for (const Node& node : graph_.nodes) pass_on_parameters(node);
    for (const Node& node : graph_.nodes) scale_bias(node);
    return std::move(changes_);
  }

 private:
  // 1. A convolution, fullconnect or sum that feeds nothing but a clamp takes the clamp's output parameters.
  void take_clamp_parameters(const Node& node) {
    if (!has_weights(node) && node.op != "add") return;
    const ValueId id = node.outputs[0];
    const std::vector<NodeId> readers = consumers(graph_, id);
    const bool is_output =
        std::find(graph_.outputs.begin(), graph_.outputs.end(), id) != graph_.outputs.end();
    if (readers.size() != 1 || is_output || !is_clamp(graph_.nodes[readers[0]])) return;
    set(id, parameters(graph_.nodes[readers[0]].outputs[0]), "shared with " + graph_.nodes[readers[0]].name);
  }

  // 2. A softmax at the end gives float16 (the PPU's output).
  void end_in_float16() {
    const std::vector<bool> half = float16_values(graph_);
    Quantization float16;
    float16.dtype = DataType::float16;
    for (const Node& node : graph_.nodes) {
      if (node.op == "softmax" && half[node.outputs[0]]) set(node.outputs[0], float16, "softmax output");
    }
  }

  // 3. Operators that only move codes keep the parameters of their input.
  void pass_on_parameters(const Node& node) {
    if (!moves_codes(node) || graph_.values[node.inputs[0]].constant != nullptr) return;
    for (const ValueId id : node.outputs) {
      if (id != kNone) set(id, parameters(node.inputs[0]), "shared with its input");
    }
  }

  // 4. A bias counts in steps of s_in * s_w, of fixed point in 64 bits (formats.md §4.3).
  void scale_bias(const Node& node) {
    if (!has_weights(node) || node.inputs.size() < 3 || node.inputs[2] == kNone) return;
    const Quantization& x = parameters(node.inputs[0]);
    const Quantization& w = parameters(node.inputs[1]);
    if (x.scheme == Quantization::Scheme::fixed_point && w.scheme == x.scheme)
      return set(node.inputs[2], fixed_point_bias(x.fl + w.fl), "fl of the input + fl of the weights");
    if (x.scale.size() != 1 || w.scale.size() != 1) return;  // refused where it is computed
    Quantization bias;
    bias.scheme = Quantization::Scheme::affine;
    bias.dtype = DataType::int32;
    bias.scale = {x.scale[0] * w.scale[0]};
    bias.zero_point = {0};
    bias.min =
        static_cast<double>(std::numeric_limits<std::int32_t>::min()) * static_cast<double>(bias.scale[0]);
    bias.max =
        static_cast<double>(std::numeric_limits<std::int32_t>::max()) * static_cast<double>(bias.scale[0]);
    set(node.inputs[2], bias, "input scale * weight scale");
  }

  static Quantization fixed_point_bias(int fl) {
    Quantization bias;
    bias.scheme = Quantization::Scheme::fixed_point;
    bias.dtype = DataType::int64;
    bias.fl = fl;
    bias.max = std::ldexp(1.0, 63 - fl);
    bias.min = -bias.max;
    return bias;
  }

  const Quantization& parameters(ValueId id) const { return graph_.values[id].quantization; }

  void set(ValueId id, const Quantization& wanted, const std::string& why) {
    Value& value = graph_.values[id];
    if (!same_parameters(value.quantization, wanted)) {
      changes_.push_back(fmt::format("'{}': {} -> {} ({})", value.name, to_string(value.quantization),
                                     to_string(wanted), why));
    }
    value.quantization = wanted;
  }

  Graph& graph_;
  std::vector<std::string> changes_;
};

}  // namespace

std::vector<std::string> unify_quantization(Graph& graph) {
  if (graph.scales_from_model) return {};
  return Unifier(graph).run();
}

bool is_quantized(const Graph& graph) {
  if (graph.scales_from_model) return true;
  return std::any_of(graph.values.begin(), graph.values.end(),
                     [](const Value& value) { return value.quantization.quantized(); });
}

}  // namespace trireme
