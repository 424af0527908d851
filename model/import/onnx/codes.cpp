// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/codes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"

namespace trireme {
namespace {

// With the inputs that are moved: the first, or all.
struct Movement {
  std::string_view op;
  bool all_inputs = false;
};
constexpr std::array<Movement, 14> kMovements = {{{"noop"},
                                                  {"reshape"},
                                                  {"permute"},
                                                  {"concat", true},
                                                  {"split"},
                                                  {"slice"},
                                                  {"pad"},
                                                  {"expand"},
                                                  {"tile"},
                                                  {"gather"},
                                                  {"gather_elements"},
                                                  {"gathernd"},
                                                  {"depth2space"},
                                                  {"space2depth"}}};

// In a file the number that Pad fills with is a code, in the graph it is real.
void make_pad_value_real(Node& node, const Quantization& q) {
  if (node.op != "pad") return;
  auto a = attributes<PadAttributes>(node);
  a.value = (a.value - static_cast<double>(q.zero_point[0])) * static_cast<double>(q.scale[0]);
  node.attributes = a;
}

std::vector<ValueId> moved_together(const Graph& graph, ValueId value) {
  std::vector<ValueId> others;
  const NodeId producer = graph.values[value].producer;
  if (producer != kNone) others = moved_inputs(graph.nodes[producer]);
  for (const NodeId reader : consumers(graph, value)) {
    const Node& node = graph.nodes[reader];
    const std::vector<ValueId> moved = moved_inputs(node);
    if (std::find(moved.begin(), moved.end(), value) == moved.end()) continue;
    others.insert(others.end(), moved.begin(), moved.end());
    others.insert(others.end(), node.outputs.begin(), node.outputs.end());
  }
  return others;
}

// Whether a node may read the integers of codes; the others would take them for numbers.
bool reads_codes(const Node& node) {
  return node.op == "dequantize" || node.op == "convolution_integer" || node.op == "matmul_integer" ||
         !moved_inputs(node).empty();
}

void require_same(const Value& value, const Quantization& parameters) {
  if (same_parameters(value.quantization, parameters)) return;
  throw Error({},
              "'" + printable(value.name) + "' has codes of " + to_string(value.quantization) +
                  ", they are read as " + to_string(parameters),
              "the parameters that the value was quantized with");
}

}  // namespace

std::vector<ValueId> moved_inputs(const Node& node) {
  for (const Movement& movement : kMovements) {
    if (movement.op != node.op) continue;
    return movement.all_inputs ? node.inputs : std::vector<ValueId>{node.inputs.at(0)};
  }
  return {};
}

std::optional<Quantization> moved_parameters(const Graph& graph, const Node& node) {
  const std::vector<ValueId> moved = moved_inputs(node);
  if (moved.empty() || node.op == "pad") return std::nullopt;
  const Value& first = graph.values[moved[0]];
  Quantization q = first.quantization;
  const bool alike = std::all_of(moved.begin(), moved.end(), [&](ValueId id) {
    return same_parameters(graph.values[id].quantization, q);
  });
  if (!q.quantized() || !alike) return std::nullopt;
  if (!q.per_channel() || node.op == "noop") return q;
  const auto axis = static_cast<std::size_t>(q.channel_axis);
  if (node.op == "permute") {
    const std::vector<std::int64_t>& perm = attributes<PermuteAttributes>(node).perm;
    q.channel_axis = static_cast<int>(std::find(perm.begin(), perm.end(), q.channel_axis) - perm.begin());
    return q;
  }
  const Shape& shape = graph.values[node.outputs[0]].shape;  // of a reshape that leaves the channels alone
  const bool kept = node.op == "reshape" && shape.size() > axis &&
                    std::equal(shape.begin(), shape.begin() + q.channel_axis + 1, first.shape.begin());
  return kept ? std::optional(q) : std::nullopt;
}

void take_over_codes(Graph& graph, Node& node) {
  const auto is_codes = [&](ValueId id) {
    return id != kNone && graph.values[id].constant == nullptr && graph.values[id].quantization.quantized();
  };
  const auto codes = std::find_if(node.inputs.begin(), node.inputs.end(), is_codes);
  if (codes == node.inputs.end()) return;
  const Value& value = graph.values[*codes];
  if (!reads_codes(node)) {
    throw Error({}, "it calculates with '" + printable(value.name) + "', the integers of a quantized tensor",
                "put DequantizeLinear before it");
  }
  const Quantization parameters = value.quantization;
  const std::vector<ValueId> moved = moved_inputs(node);
  if (moved.empty()) return;
  if (parameters.per_channel()) throw Error({}, "it moves codes that have one scale a channel");
  for (const ValueId input : moved) assign_codes(graph, input, parameters);
  for (const ValueId output : node.outputs) graph.values[output].quantization = parameters;
  make_pad_value_real(node, parameters);
}

void assign_codes(Graph& graph, ValueId value, const Quantization& parameters) {
  std::vector<ValueId> pending = {value};
  while (!pending.empty()) {
    Value& found = graph.values[pending.back()];
    const ValueId id = pending.back();
    pending.pop_back();
    if (found.quantization.quantized()) {
      require_same(found, parameters);
      continue;
    }
    if (found.dtype != parameters.dtype) {
      throw Error({}, "'" + printable(found.name) + "' is " + name_of(found.dtype) + ", its zero point " +
                          name_of(parameters.dtype));
    }
    const bool moved = found.producer == kNone || !moved_inputs(graph.nodes[found.producer]).empty();
    if (!moved || (parameters.per_channel() && found.producer != kNone)) {
      throw Error({}, "'" + printable(found.name) + "' holds integers that the network calculates",
                  "codes come from QuantizeLinear, a QLinear operator, or an input of the model");
    }
    found.dtype = DataType::float32;
    found.quantization = parameters;
    if (found.producer != kNone) make_pad_value_real(graph.nodes[found.producer], parameters);
    const std::vector<ValueId> others = moved_together(graph, id);
    pending.insert(pending.end(), others.begin(), others.end());
  }
}

void erase_nodes(Graph& graph, const std::vector<bool>& erased) {
  std::vector<Node> kept;
  for (NodeId at = 0; at < graph.nodes.size(); ++at) {
    if (!erased[at]) kept.push_back(std::move(graph.nodes[at]));
  }
  graph.nodes.clear();
  for (Node& node : kept) graph.add_node(std::move(node));
}

}  // namespace trireme
