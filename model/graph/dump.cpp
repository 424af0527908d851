// SPDX-License-Identifier: Apache-2.0
// The graph as text. A name starting with % is computed or an input, one with @ a constant; constants appear
// in the order of their first use, so that the text does not depend on how values happen to be numbered.
//
//   graph "lenet"
//   input %input : f32[1,1,28,28]
//   const @conv1.weight : f32[6,1,5,5]
//   %conv1 : f32[1,6,28,28] = convolution(%input, @conv1.weight) kernel=5x5 stride=1x1 pad=2,2,2,2 node=conv1
//   output %conv1
#include <fmt/format.h>

#include <cctype>

#include "model/graph/operators.h"

namespace trireme {

std::string printable(const std::string& name) {
  bool plain = !name.empty();
  std::string quoted = "\"";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    plain =
        plain && (std::isalnum(byte) != 0 || std::string_view("_.:/-+@").find(c) != std::string_view::npos);
    if (c == '"' || c == '\\') {
      quoted += fmt::format("\\{}", c);
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return plain ? name : quoted + "\"";
}

namespace {

std::string reference(const Graph& graph, ValueId id) {
  if (id == kNone) return "none";
  const Value& value = graph.values[id];
  return (value.constant != nullptr ? "@" : "%") + printable(value.name);
}

std::string definition(const Graph& graph, ValueId id) {
  const Value& value = graph.values[id];
  std::string text =
      fmt::format("{} : {}{}", reference(graph, id), short_name_of(value.dtype), to_string(value.shape));
  const bool differs = value.quantization.quantized() || value.quantization.dtype != value.dtype;
  return differs ? text + " " + to_string(value.quantization) : text;
}

std::string node_line(const Graph& graph, const Node& node) {
  std::string line;
  for (const ValueId output : node.outputs) line += (line.empty() ? "" : ", ") + definition(graph, output);
  line += " = " + node.op + "(";
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    line += (i == 0 ? "" : ", ") + reference(graph, node.inputs[i]);
  line += ")";
  const Operator* known = find_operator(node.op);
  if (known != nullptr && known->print != nullptr) line += " " + known->print(node);
  line += " node=" + printable(node.name);
  return node.lid.empty() ? line : line + " lid=" + printable(node.lid);
}

void list_constants(const Graph& graph, std::string& text) {
  std::vector<bool> listed(graph.values.size(), false);
  const auto list = [&](ValueId id) {
    if (id == kNone || listed[id] || graph.values[id].constant == nullptr) return;
    listed[id] = true;
    text += "const " + definition(graph, id) + "\n";
  };
  for (const Node& node : graph.nodes) {
    for (const ValueId input : node.inputs) list(input);
  }
  for (const ValueId output : graph.outputs) list(output);
}

std::string lid_suffix(const std::vector<std::string>& lids, std::size_t i) {
  return i < lids.size() && !lids[i].empty() ? " lid=" + printable(lids[i]) : "";
}

}  // namespace

std::string dump(const Graph& graph) {
  std::string text = "graph " + printable(graph.name) + "\n";
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    text += "input " + definition(graph, graph.inputs[i]) + lid_suffix(graph.input_lids, i) + "\n";
  }
  list_constants(graph, text);
  for (const Node& node : graph.nodes) text += node_line(graph, node) + "\n";
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    text += "output " + reference(graph, graph.outputs[i]) + lid_suffix(graph.output_lids, i) + "\n";
  }
  return text;
}

}  // namespace trireme
