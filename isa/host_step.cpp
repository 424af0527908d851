// SPDX-License-Identifier: Apache-2.0
#include "isa/host_step.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "isa/job.h"
#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "model/import/acuity/parse_json.h"
#include "model/import/acuity/quantization_json.h"

namespace trireme {

namespace {

constexpr std::size_t kMaxOperands = kOperandRanges;

Json tensor_json(const Value& value) {
  Json json = {{"shape", value.shape}};
  json.update(quantization_json(value));
  return json;
}

Json tensors_json(const Graph& graph, const std::vector<ValueId>& values) {
  Json list = Json::array();
  for (const ValueId id : values) list.push_back(id == kNone ? Json(nullptr) : tensor_json(graph.values[id]));
  return list;
}

Value value_of(const Json& json, const std::string& name, const std::string& where) {
  Problems problems;
  LayerParameters parameters(json, where, problems);
  Value value;
  value.name = name;
  value.shape = parameters.integers("shape");
  read_quantization(parameters, value);
  parameters.reject_unknown();
  problems.throw_if_any();
  element_count(value.shape);
  check_scales(value, where, problems);
  problems.throw_if_any();
  return value;
}

std::vector<ValueId> add_values(Graph& graph, const Json& list, const char* prefix,
                                const std::string& where) {
  if (list.size() > kMaxOperands) throw Error(where, fmt::format("{} operands", list.size()));
  std::vector<ValueId> ids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    ids.push_back(list[i].is_null()
                      ? kNone
                      : graph.add_value(value_of(list[i], fmt::format("{}{}", prefix, i), where)));
  }
  return ids;
}

HostStep step_of(const Json& json, const std::string& where) {
  HostStep step;
  step.rule = parse_requant_rule(json.at("rule").get<std::string>(), where);
  step.ties = parse_ties(json.at("ties").get<std::string>(), where);
  Node node;
  node.op = json.at("op").get<std::string>();
  node.name = json.at("name").get<std::string>();
  const LayerFormat* format = find_layer_format(node.op);
  if (format == nullptr || find_operator(node.op) == nullptr) {
    throw Error(where, "unknown operator '" + printable(node.op) + "'", "compile the network again");
  }
  node.inputs = add_values(step.graph, json.at("inputs"), "in", where);
  node.outputs = add_values(step.graph, json.at("outputs"), "out", where);
  Problems problems;
  LayerParameters parameters(json.at("parameters"), where, problems);
  if (format->read != nullptr) node.attributes = format->read(parameters);
  problems.throw_if_any();
  // What the operator makes of its inputs must be what the file says of the outputs.
  const std::vector<ValueId> outputs = node.outputs;
  std::vector<Shape> declared;
  for (const ValueId id : outputs) declared.push_back(step.graph.values.at(id).shape);
  infer_node(step.graph, node);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (step.graph.values[outputs[i]].shape != declared[i])
      throw Error(where, "shapes that do not fit the operator");
  }
  for (const ValueId id : node.inputs) {
    if (id != kNone) step.graph.inputs.push_back(id);
  }
  step.graph.outputs = outputs;
  step.graph.add_node(std::move(node));
  return step;
}

}  // namespace

Bytes encode_host_step(const Graph& graph, const Node& node, RequantRule rule, Ties ties) {
  const LayerFormat* format = find_layer_format(node.op);
  if (format == nullptr) throw Error("", "operator '" + node.op + "' has no layer format", "");
  if (node.inputs.size() + node.outputs.size() > kMaxOperands) {
    throw Error("", fmt::format("it has {} operands", node.inputs.size() + node.outputs.size()),
                fmt::format("a host step takes at most {}", kMaxOperands));
  }
  Json parameters = Json::object();
  if (format->write != nullptr) format->write(graph, node, parameters);
  const Json json = {{"op", node.op},
                     {"name", node.name},
                     {"rule", name_of(rule)},
                     {"ties", name_of(ties)},
                     {"parameters", parameters},
                     {"inputs", tensors_json(graph, node.inputs)},
                     {"outputs", tensors_json(graph, node.outputs)}};
  const std::string text = json.dump();
  return Bytes(text.begin(), text.end());
}

HostStep decode_host_step(const Bytes& bytes, const std::string& where) {
  const Json json = parse_json(std::string(bytes.begin(), bytes.end()), where);
  try {
    return step_of(json, where);
  } catch (const Json::exception& error) {
    throw Error(where, std::string("the step is damaged: ") + error.what(), "compile the network again");
  }
}

}  // namespace trireme
