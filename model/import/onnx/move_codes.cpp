// SPDX-License-Identifier: Apache-2.0
// The first two steps of group_codes: as much as possible is moved as codes, so that dequantize and quantize
// stand next to what calculates. Bits stay: moving does not look at numbers, and quantize keeps their order,
// so it may be done before a maximum or a clamp as well as after.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "model/graph/attributes.h"
#include "model/import/onnx/codes.h"
#include "model/import/onnx/group_codes.h"

namespace trireme {
namespace {

bool is_codes(const Graph& graph, ValueId id) {
  return id != kNone && graph.values[id].quantization.quantized();
}

class Names {
 public:
  explicit Names(const Graph& graph) {
    for (const Value& value : graph.values) taken_.insert(value.name);
    for (const Node& node : graph.nodes) taken_.insert(node.name);
  }
  std::string fresh(const std::string& wish) {
    std::string name = wish;
    for (int suffix = 1; !taken_.insert(name).second; ++suffix) name = wish + "_" + std::to_string(suffix);
    return name;
  }

 private:
  std::unordered_set<std::string> taken_;
};

ValueId add_codes_like(Graph& graph, const std::string& name, ValueId real, const Quantization& q) {
  Value value;
  value.name = name;
  value.shape = graph.values[real].shape;
  value.quantization = q;
  return graph.add_value(std::move(value));
}

class Descent {
 public:
  explicit Descent(Graph& graph) : graph_(graph), names_(graph), alias_(graph.values.size()) {
    for (ValueId id = 0; id < alias_.size(); ++id) alias_[id] = id;
  }

  void run() {
    const std::vector<Node> before = std::move(graph_.nodes);
    for (Node node : before) {
      for (ValueId& input : node.inputs) input = input == kNone ? kNone : alias_[input];
      if (node.op == "quantize") {
        quantize(std::move(node));
      } else if (can_move(node)) {
        move(std::move(node));
      } else {
        if (node.op == "dequantize") codes_[node.outputs[0]] = node.inputs[0];
        emit(std::move(node));
      }
    }
  }

 private:
  // The codes that a real value was dequantized from; a constant's own.
  ValueId codes_of(ValueId id) const {
    const auto found = codes_.find(id);
    if (found != codes_.end()) return found->second;
    const Value& value = graph_.values[id];
    return value.constant != nullptr && value.quantization.quantized() ? id : kNone;
  }

  bool can_move(const Node& node) const {
    const std::vector<ValueId> moved = moved_inputs(node);
    if (moved.empty() || is_codes(graph_, node.outputs[0])) return false;
    const ValueId first = codes_of(moved[0]);
    const auto alike = [&](ValueId id) {
      const ValueId codes = codes_of(id);
      return codes != kNone && !graph_.values[codes].quantization.per_channel() &&
             same_parameters(graph_.values[codes].quantization, graph_.values[first].quantization);
    };
    return std::all_of(moved.begin(), moved.end(), alike);
  }

  void move(Node node) {
    const std::vector<ValueId> moved = moved_inputs(node);
    const Quantization q = graph_.values[codes_of(moved[0])].quantization;
    for (ValueId& input : node.inputs) {
      if (std::find(moved.begin(), moved.end(), input) != moved.end()) input = codes_of(input);
    }
    std::vector<Node> results;
    for (ValueId& output : node.outputs) {
      const ValueId real = output;
      output = add_codes_like(graph_, names_.fresh(graph_.values[real].name + "_codes"), real, q);
      Node result;
      result.name = names_.fresh(node.name + "_dequantize");
      result.op = "dequantize";
      result.inputs = {output};
      result.outputs = {real};
      codes_[real] = output;
      results.push_back(std::move(result));
    }
    emit(std::move(node));
    for (Node& result : results) emit(std::move(result));
  }

  // Of dequantized codes: nothing, or from parameters to parameters. Of a value that was quantized alike
  // before: that.
  void quantize(Node node) {
    const ValueId output = node.outputs[0];
    const Quantization& q = graph_.values[output].quantization;
    const ValueId codes = codes_of(node.inputs[0]);
    if (codes != kNone) node.inputs[0] = codes;
    const bool is_output =
        std::find(graph_.outputs.begin(), graph_.outputs.end(), output) != graph_.outputs.end();
    std::vector<ValueId>& known = quantized_[node.inputs[0]];
    if (codes != kNone) known.push_back(codes);
    for (const ValueId other : known) {
      if (is_output || !same_parameters(graph_.values[other].quantization, q)) continue;
      alias_[output] = other;
      return;
    }
    known.push_back(output);
    emit(std::move(node));
  }

  void emit(Node node) { graph_.add_node(std::move(node)); }

  Graph& graph_;
  Names names_;
  std::vector<ValueId> alias_;                                   // of the values before, what replaces them
  std::unordered_map<ValueId, ValueId> codes_;                   // real value -> codes
  std::unordered_map<ValueId, std::vector<ValueId>> quantized_;  // value -> codes made of it
};

// The code of a real number. An unbounded clip has the largest float: it saturates.
std::int64_t code_of(float real, const Quantization& q) {
  return static_cast<std::int64_t>(element(quantize(Tensor::of<float>({}, {real}), q), 0));
}

// A clamp that does no more than the codes do by themselves.
bool is_redundant(const Node& clamp, const Quantization& q) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const bool relu = clamp.op == "relu";
  const float low = relu ? 0.0F : attributes<ClipAttributes>(clamp).min;
  const float high = relu ? kMost : attributes<ClipAttributes>(clamp).max;
  return code_of(low, q) == code_of(-kMost, q) && code_of(high, q) == code_of(kMost, q);
}

// x -> p -> v -> quantize -> y becomes x -> quantize -> c -> p -> y, in the same two places of the order.
class Ascent {
 public:
  explicit Ascent(Graph& graph) : graph_(graph), names_(graph), uses_(graph.values.size()) {
    for (const Node& node : graph.nodes) {
      for (const ValueId id : node.inputs) uses_[id == kNone ? 0 : id] += id == kNone ? 0 : 1;
    }
    for (const ValueId id : graph.outputs) ++uses_[id];
  }

  void run() {
    std::vector<bool> erased(graph_.nodes.size(), false);
    for (NodeId at = static_cast<NodeId>(graph_.nodes.size()); at-- > 0;) {
      if (graph_.nodes[at].op != "quantize" || erased[at]) continue;
      const NodeId before = graph_.values[graph_.nodes[at].inputs[0]].producer;
      if (before == kNone || !can_pass(graph_.nodes[at], graph_.nodes[before])) continue;
      pass(before, at);
      const Node& behind = graph_.nodes[at];
      const bool clamp = moved_inputs(behind).empty();
      const ValueId result = behind.outputs[0];
      if (!clamp || !is_redundant(behind, graph_.values[result].quantization)) continue;
      graph_.nodes[before].outputs = {result};
      graph_.values[result].producer = before;
      erased[at] = true;
    }
    erase_nodes(graph_, erased);
  }

 private:
  bool can_pass(const Node& quantize, const Node& before) const {
    const bool clamp = before.op == "relu" || before.op == "relun";
    if (!clamp && moved_inputs(before).size() != 1) return false;
    const ValueId source = before.inputs[0];
    const ValueId between = quantize.inputs[0];
    const NodeId producer = graph_.values[source].producer;
    return before.outputs.size() == 1 && uses_[between] == 1 && uses_[source] == 1 &&
           !is_codes(graph_, between) && !is_codes(graph_, source) && producer != kNone &&
           graph_.nodes[producer].op != "dequantize" &&
           !graph_.values[quantize.outputs[0]].quantization.per_channel();
  }

  void pass(NodeId before, NodeId at) {
    Node& upper = graph_.nodes[before];
    Node& lower = graph_.nodes[at];
    const ValueId source = upper.inputs[0];
    const ValueId result = lower.outputs[0];
    const std::string name = names_.fresh(graph_.values[source].name + "_codes");
    const ValueId codes = add_codes_like(graph_, name, source, graph_.values[result].quantization);
    uses_.push_back(1);
    std::swap(upper, lower);
    upper.inputs = {source};
    upper.outputs = {codes};
    lower.inputs[0] = codes;
    lower.outputs = {result};
    graph_.values[codes].producer = before;
    graph_.values[result].producer = at;
  }

  Graph& graph_;
  Names names_;
  std::vector<int> uses_;
};

}  // namespace

void move_dequantize_down(Graph& graph) { Descent(graph).run(); }
void move_quantize_up(Graph& graph) { Ascent(graph).run(); }

}  // namespace trireme
