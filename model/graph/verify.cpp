// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "model/graph/graph.h"
#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {
namespace {

void check_values(const Graph& graph, Problems& problems) {
  std::unordered_set<std::string> names;
  for (ValueId id = 0; id < graph.values.size(); ++id) {
    const Value& value = graph.values[id];
    const std::string where = "value '" + printable(value.name) + "'";
    if (!names.insert(value.name).second) {
      problems.add(where, "the name is used twice");
    } else if (graph.find_value(value.name) != id) {
      problems.add(where, "not in the index of names", "add with add_value, rename with rename_value");
    }
    if (value.constant == nullptr) continue;
    if (value.producer != kNone) problems.add(where, "a constant has a producer");
    if (value.constant->shape != value.shape) {
      problems.add(
          where, "shape " + to_string(value.shape) + " but constant of " + to_string(value.constant->shape));
    }
  }
}

void check_list(const Graph& graph, const std::vector<ValueId>& list, const std::string& what,
                Problems& problems) {
  for (const ValueId id : list) {
    if (id >= graph.values.size())
      problems.add({}, what + " names value " + std::to_string(id) + " that does not exist");
  }
}

void check_node(const Graph& graph, NodeId id, std::vector<bool>& produced, Problems& problems) {
  const Node& node = graph.nodes[id];
  const std::string where = "node '" + printable(node.name) + "'";
  const Operator* known = find_operator(node.op);
  if (known == nullptr) {
    problems.add(where, "unknown operator '" + printable(node.op) + "'",
                 suggestion(node.op, operator_names()));
  } else if (static_cast<int>(node.inputs.size()) < known->min_inputs ||
             static_cast<int>(node.inputs.size()) > known->max_inputs) {
    problems.add(where, node.op + " has " + std::to_string(node.inputs.size()) + " inputs");
  }
  for (const ValueId input : node.inputs) {
    if (input == kNone) continue;
    if (input >= graph.values.size()) {
      problems.add(where, "input " + std::to_string(input) + " does not exist");
      continue;
    }
    const Value& value = graph.values[input];
    if (value.constant != nullptr || produced[input]) continue;
    problems.add(where, "input '" + printable(value.name) + "' is not computed before",
                 "a cycle, a wrong order, or a value that nothing produces");
  }
  for (std::uint32_t port = 0; port < node.outputs.size(); ++port) {
    const ValueId output = node.outputs[port];
    if (output >= graph.values.size()) {
      problems.add(where, "output " + std::to_string(output) + " does not exist");
      continue;
    }
    const Value& value = graph.values[output];
    if (produced[output])
      problems.add(where, "output '" + printable(value.name) + "' has another producer too");
    produced[output] = true;
    if (value.producer != id || value.port != port) {
      problems.add(where, "output '" + printable(value.name) + "' names another producer or port");
    }
  }
}

}  // namespace

void verify(const Graph& graph) {
  Problems problems;
  check_values(graph, problems);
  check_list(graph, graph.inputs, "the list of inputs", problems);
  check_list(graph, graph.outputs, "the list of outputs", problems);

  std::vector<bool> produced(graph.values.size(), false);
  for (const ValueId input : graph.inputs) {
    if (input < produced.size()) produced[input] = true;
  }
  std::unordered_set<std::string> names;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (!names.insert(graph.nodes[id].name).second) {
      problems.add("node '" + printable(graph.nodes[id].name) + "'", "the name is used twice");
    }
    check_node(graph, id, produced, problems);
  }
  for (const ValueId output : graph.outputs) {
    if (output >= produced.size() || produced[output] || graph.values[output].constant != nullptr) continue;
    problems.add("output '" + printable(graph.values[output].name) + "'", "nothing computes it");
  }
  problems.throw_if_any();
}

}  // namespace trireme
