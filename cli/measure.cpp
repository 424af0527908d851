// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "cli/common_model.h"
#include "cli/common_outputs.h"
#include "cli/run_cli.h"
#include "cli/verbs.h"
#include "model/graph/operators.h"
#include "support/text.h"

namespace trireme {

namespace {

std::int64_t weights_of(const Graph& graph, const Node& node) {
  std::int64_t count = 0;
  for (const ValueId id : node.inputs) {
    if (id != kNone && graph.values[id].constant != nullptr) count += graph.values[id].constant->size();
  }
  return count;
}

std::string measure_table(const Graph& graph) {
  Table table;
  table.column("layer", Table::Align::left);
  table.column("op", Table::Align::left);
  table.column("output shape", Table::Align::left);
  table.column("MACs");
  table.column("parameters");
  std::int64_t total_macs = 0, total_weights = 0;
  for (const Node& node : graph.nodes) {
    const std::int64_t count = macs(graph, node), weights = weights_of(graph, node);
    table.row({node.lid, node.op, to_string(graph.values.at(node.outputs.at(0)).shape), with_thousands(count),
               with_thousands(weights)});
    total_macs += count;
    total_weights += weights;
  }
  table.rule();
  table.row({"total", "", "", with_thousands(total_macs), with_thousands(total_weights)});
  return table.str();
}

Json measure_json(const Graph& graph) {
  Json layers = Json::array();
  std::int64_t total_macs = 0, total_weights = 0;
  for (const Node& node : graph.nodes) {
    const std::int64_t count = macs(graph, node), weights = weights_of(graph, node);
    layers.push_back({{"lid", node.lid},
                      {"op", node.op},
                      {"output_shape", graph.values.at(node.outputs.at(0)).shape},
                      {"macs", count},
                      {"parameters", weights}});
    total_macs += count;
    total_weights += weights;
  }
  return {{"network", graph.name},
          {"total", {{"macs", total_macs}, {"parameters", total_weights}}},
          {"layers", layers}};
}

}  // namespace

void add_measure(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ModelOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = add_verb(app, "measure", "Count multiply-accumulates and parameters of each layer.",
                            "trireme measure --model lenet.json");
  add_model_options(verb, *options);
  add_json_option(verb, *json);
  on_chosen(verb, chosen, [options, json](const Console& console) {
    const Graph graph = load_network(*options);
    console.print(*json ? json_text(measure_json(graph)) : measure_table(graph));
    return kExitOk;
  });
}

}  // namespace trireme
