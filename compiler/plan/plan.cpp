// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

namespace trireme {

const char* kind_of(ConstantData::Role role) {
  switch (role) {
    case ConstantData::Role::coefficients:
      return "coefficients";
    case ConstantData::Role::bias:
      return "constant";
    case ConstantData::Role::table:
      return "table";
    case ConstantData::Role::program:
      return "program";
  }
  internal_error("unknown role of constant data");
}

std::vector<std::uint32_t> job_indices(const Plan& plan) {
  std::vector<std::uint32_t> indices;
  std::uint32_t next = 0;
  for (const PlannedLayer& layer : plan.layers) indices.push_back(layer.job ? next++ : kNone);
  return indices;
}

std::vector<std::size_t> layers_with_jobs(const Plan& plan) {
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    if (plan.layers[i].job) layers.push_back(i);
  }
  return layers;
}

std::string where_of(const Node& node) { return "node '" + node.name + "' (" + node.op + ")"; }

std::string where_of(const Graph& graph, const PlannedLayer& layer) {
  return where_of(graph.nodes[layer.node]);
}

}  // namespace trireme
