// SPDX-License-Identifier: Apache-2.0
#include "compiler/place/place.h"

#include <algorithm>

#include "compiler/place/families.h"
#include "support/text.h"

namespace trireme {

namespace {

std::vector<PlacementRow> all_rows() {
  std::vector<PlacementRow> rows;
  for (const auto& family :
       {convolution_placements(), deconvolution_placements(), fullconnect_placements(), pooling_placements(),
        normalization_placements(), lookup_placements(), movement_placements(), softmax_placements(),
        matmul_placements(), add_placements()}) {
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

// Why an engine cannot, in one line.
std::string text_of(const Error& error) {
  std::vector<std::string> texts;
  for (const Problem& problem : error.problems()) {
    texts.push_back(problem.hint.empty() ? problem.what : problem.what + " (" + problem.hint + ")");
  }
  return join(texts, "; ");
}

bool makes_nothing(const Graph& graph, const Node& node) {
  return std::all_of(node.outputs.begin(), node.outputs.end(),
                     [&](ValueId id) { return id == kNone || element_count(graph.values[id].shape) == 0; });
}

// The engine of the public table; where it cannot, the PPU; what no engine runs, the host.
void place_node(Placement& placement) {
  const Node& node = placement.node();
  if (makes_nothing(placement.graph(), node)) {
    placement.layer.reason = "its output has no elements";
    return;
  }
  std::string why;
  const PlacementRow* row = find_row(node);
  if (row != nullptr) {
    try {
      return row->place(placement);
    } catch (const Error& error) {
      why = text_of(error);
      placement.layer.jobs.clear();
    }
  }
  if (place_on_ppu(placement)) {
    if (!why.empty()) placement.layer.reason += "; not on its usual engine: " + why;
    return;
  }
  const std::string limit = placement.layer.reason.empty() ? "" : " " + placement.layer.reason;
  place_on_host(placement);
  placement.layer.reason = "no engine runs it" + limit + (why.empty() ? "" : ": " + why);
}

PlannedLayer layer_of(const Graph& graph, NodeId id) {
  const Node& node = graph.nodes[id];
  PlannedLayer layer;
  layer.node = id;
  layer.input = data_input(graph, node);
  layer.output = node.outputs.at(0);
  return layer;
}

// An output that no node computes, a constant or an input of the network, becomes a copy of it: outputs are
// what jobs write. A constant leaves its name to the output.
void copy_outputs(Graph& graph) {
  for (ValueId& output : graph.outputs) {
    if (graph.values[output].producer != kNone) continue;
    const ValueId source = output;
    Value copy = graph.values[source];
    if (copy.constant != nullptr) {
      graph.rename_value(source, graph.unique_name(copy.name + "_constant"));
    } else {
      copy.name = graph.unique_name(copy.name + "_output");
    }
    copy.constant = nullptr;
    output = graph.add_value(copy);
    graph.add_node({graph.unique_name("copy_to_" + copy.name), "noop", {}, {}, {source}, {output}});
  }
}

}  // namespace

Plan place(Graph graph, const Chip& chip, RequantRule rule, Ties ties) {
  Plan plan;
  plan.graph = std::move(graph);
  plan.rule = rule;
  plan.ties = ties;
  copy_outputs(plan.graph);
  Problems problems;
  for (NodeId id = 0; id < plan.graph.nodes.size(); ++id) {
    try {
      PlannedLayer layer = layer_of(plan.graph, id);
      Placement placement{plan, chip, rule, layer, plan.layers.size()};
      place_node(placement);
      plan.layers.push_back(std::move(layer));
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
