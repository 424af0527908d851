// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.h"

#include <algorithm>
#include <limits>

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
    case ConstantData::Role::data:
      return "constant";
    case ConstantData::Role::step:
      return "step";
  }
  internal_error("unknown role of constant data");
}

std::vector<JobPlace> job_places(const Plan& plan) {
  std::vector<JobPlace> places;
  for (std::size_t layer = 0; layer < plan.layers.size(); ++layer) {
    for (std::size_t job = 0; job < plan.layers[layer].jobs.size(); ++job) places.push_back({layer, job});
  }
  return places;
}

PlannedJob& job_at(Plan& plan, const JobPlace& place) { return plan.layers[place.layer].jobs[place.job]; }

const PlannedJob& job_at(const Plan& plan, const JobPlace& place) {
  return plan.layers[place.layer].jobs[place.job];
}

std::vector<std::uint32_t> first_jobs(const Plan& plan) {
  std::vector<std::uint32_t> indices;
  std::uint32_t next = 0;
  for (const PlannedLayer& layer : plan.layers) {
    indices.push_back(layer.jobs.empty() ? kNone : next);
    next += static_cast<std::uint32_t>(layer.jobs.size());
  }
  return indices;
}

LayerPart part_of(const PlannedLayer& layer, std::uint32_t part) {
  if (layer.parts.empty()) return {layer.node, layer.input, layer.output, layer.activation};
  return layer.parts.at(part);
}

std::size_t parts_of(const PlannedLayer& layer) { return std::max<std::size_t>(layer.parts.size(), 1); }

ValueId data_input(const Graph& graph, const Node& node) {
  for (const ValueId input : node.inputs) {
    if (input != kNone && graph.values[input].constant == nullptr) return input;
  }
  return node.inputs.at(0);
}

StorageRef value_storage(ValueId id) { return {StorageRef::Kind::value, id}; }

StorageRef add_constant(Plan& plan, ConstantData constant) {
  if (constant.bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("", "its constants take more than 4 GiB", "split the layer");
  }
  plan.constants.push_back(std::move(constant));
  return {StorageRef::Kind::constant, static_cast<std::uint32_t>(plan.constants.size() - 1)};
}

StorageRef add_scratch(Plan& plan, std::string name, std::uint64_t bytes) {
  if (bytes > std::numeric_limits<std::uint32_t>::max()) {
    throw Error("", "an intermediate result takes more than 4 GiB", "split the layer");
  }
  plan.scratch.push_back({std::move(name), static_cast<std::uint32_t>(bytes)});
  return {StorageRef::Kind::scratch, static_cast<std::uint32_t>(plan.scratch.size() - 1)};
}

StorageRef operand_storage(Plan& plan, ValueId id, std::size_t layer) {
  const Value& value = plan.graph.values[id];
  if (value.constant == nullptr) return value_storage(id);
  const auto found = plan.constant_of_value.find(id);
  if (found != plan.constant_of_value.end()) return {StorageRef::Kind::constant, found->second};
  Tensor stored = stored_constant(value);
  if (stored.dtype != value.quantization.dtype) stored = convert(stored, value.quantization.dtype);
  const StorageRef ref =
      add_constant(plan, {value.name, ConstantData::Role::data, layer, std::move(stored.bytes)});
  plan.constant_of_value[id] = ref.index;
  return ref;
}

std::string where_of(const Node& node) { return "node '" + node.name + "' (" + node.op + ")"; }

std::string where_of(const Graph& graph, const PlannedLayer& layer) {
  return where_of(graph.nodes[layer.node]);
}

}  // namespace trireme
