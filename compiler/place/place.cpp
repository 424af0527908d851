// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/place.h"

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

const PlacementRow& row_of(const Node& node) {
  static const std::vector<PlacementRow> rows = all_rows();
  std::vector<std::string> names;
  for (const PlacementRow& row : rows) {
    if (node.op == row.op) return row;
    names.emplace_back(row.op);
  }
  throw Error("", "no engine runs operator '" + node.op + "' in this version",
              "these are placed: " + join(names, ", "));
}

PlannedLayer place_node(const Graph& graph, const Chip& chip, NodeId id) {
  const Node& node = graph.nodes[id];
  PlannedLayer layer;
  layer.node = id;
  layer.input = node.inputs[0];
  layer.output = node.outputs[0];
  require(graph.values[layer.input].constant == nullptr,
          "reads the constant '" + graph.values[layer.input].name + "' as data", "fold it before quantizing");
  row_of(node).place(graph, chip, layer);
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
  problems.throw_if_any();
  return plan;
}

}  // namespace trireme
