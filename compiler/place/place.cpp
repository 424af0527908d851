// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/place.h"

#include <algorithm>

#include "compiler/place/families.h"
#include "support/text.h"

namespace trireme {

namespace {

std::vector<PlacementRow> all_rows() {
  std::vector<PlacementRow> rows;
  for (const auto& family : {convolution_placements(), fullconnect_placements(), pooling_placements(),
                             lookup_placements(), movement_placements(), softmax_placements()}) {
    rows.insert(rows.end(), family.begin(), family.end());
  }
  return rows;
}

const std::vector<PlacementRow>& rows() {
  static const std::vector<PlacementRow> instance = all_rows();
  return instance;
}

const PlacementRow* find_row(const Node& node) {
  for (const PlacementRow& row : rows()) {
    if (node.op == row.op) return &row;
  }
  return nullptr;
}

// The softmax whose float16 `value` is, through reshapes; null if there is none.
const Node* softmax_behind(const Graph& graph, ValueId value) {
  for (NodeId id = graph.values[value].producer; id != kNone;) {
    const Node& node = graph.nodes[id];
    if (node.op == "softmax") return &node;
    if (node.op != "reshape") return nullptr;
    id = graph.values[node.inputs[0]].producer;
  }
  return nullptr;
}

// The list of operators once a network, with the last node that has none of them.
std::string operators_hint(const Graph& graph, NodeId id) {
  for (NodeId later = id + 1; later < graph.nodes.size(); ++later) {
    if (find_row(graph.nodes[later]) == nullptr) return {};
  }
  std::vector<std::string> names;
  for (const PlacementRow& row : rows()) names.emplace_back(row.op);
  return "these are placed: " + join(names, ", ");
}

void require_codes(const Graph& graph, const Node& node) {
  if (node.op == "reshape") return;
  for (const ValueId input : node.inputs) {
    const Node* softmax = input == kNone ? nullptr : softmax_behind(graph, input);
    if (softmax == nullptr) continue;
    throw Error("", "reads the output of softmax '" + softmax->name + "', which is float16",
                "only a network output, or a reshape before it, may follow softmax in this version; cut the "
                "network there");
  }
}

PlannedLayer place_node(const Graph& graph, const Chip& chip, NodeId id) {
  const Node& node = graph.nodes[id];
  PlannedLayer layer;
  layer.node = id;
  layer.input = node.inputs[0];
  layer.output = node.outputs[0];
  require(graph.values[layer.input].constant == nullptr,
          "reads the constant '" + graph.values[layer.input].name + "' as data", "fold it before quantizing");
  const PlacementRow* row = find_row(node);
  if (row == nullptr) {
    throw Error("", "no engine runs operator '" + node.op + "' in this version", operators_hint(graph, id));
  }
  require_codes(graph, node);
  row->place(graph, chip, layer);
  return layer;
}

void check_outputs(const Graph& graph, Problems& problems) {
  for (const ValueId output : graph.outputs) {
    if (graph.values[output].producer == kNone) {
      problems.add("output '" + graph.values[output].name + "'", "no node computes it",
                   "remove the output or compute something from the input");
    }
  }
}

// Behind an input of several samples nearly every node has a complaint; there is one cause.
void check_batch(const Graph& graph, const Problems& problems) {
  const auto about_batch = [](const Problem& problem) { return problem.hint == kBatchHint; };
  if (std::none_of(problems.list().begin(), problems.list().end(), about_batch)) return;
  for (const ValueId id : graph.inputs) {
    const Value& input = graph.values[id];
    if (input.shape.size() < 2 || input.shape[0] == 1) continue;
    throw Error("input '" + input.name + "'",
                "it has shape " + to_string(input.shape) + ", a batch of " + std::to_string(input.shape[0]),
                kBatchHint);
  }
}

}  // namespace

Plan place(Graph graph, const Chip& chip) {
  Plan plan;
  plan.graph = std::move(graph);
  Problems problems;
  check_outputs(plan.graph, problems);
  for (NodeId id = 0; id < plan.graph.nodes.size(); ++id) {
    try {
      plan.layers.push_back(place_node(plan.graph, chip, id));
    } catch (const Error& error) {
      for (const Problem& problem : error.problems()) {
        problems.add(where_of(plan.graph.nodes[id]), problem.what, problem.hint);
      }
    }
  }
  check_batch(plan.graph, problems);
  problems.throw_if_any();
  return plan;
}

}  // namespace trireme
