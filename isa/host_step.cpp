// SPDX-License-Identifier: Apache-2.0
#include "isa/host_step.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "isa/job.h"
#include "model/graph/operators.h"
#include "model/import/acuity/layer.h"
#include "model/import/acuity/parse_json.h"

namespace trireme {

namespace {

constexpr std::size_t kMaxOperands = kOperandRanges;

Json tensor_json(const Value& value) {
  const Quantization& q = value.quantization;
  Json json = {{"shape", value.shape}, {"type", name_of(value.dtype)}, {"stored", name_of(q.dtype)}};
  if (q.scheme == Quantization::Scheme::affine) {
    json["scale"] = q.scale;
    json["zero_point"] = q.zero_point;
    json["channel_axis"] = q.channel_axis;
  }
  if (q.scheme == Quantization::Scheme::fixed_point) json["fl"] = q.fl;
  return json;
}

Json tensors_json(const Graph& graph, const std::vector<ValueId>& values) {
  Json list = Json::array();
  for (const ValueId id : values) list.push_back(id == kNone ? Json(nullptr) : tensor_json(graph.values[id]));
  return list;
}

DataType type_of(const Json& name, const std::string& where) {
  return parse_data_type(name.get<std::string>(), where);
}

Value value_of(const Json& json, const std::string& name, const std::string& where) {
  Value value;
  value.name = name;
  value.shape = json.at("shape").get<Shape>();
  element_count(value.shape);
  value.dtype = type_of(json.at("type"), where);
  Quantization& q = value.quantization;
  q.dtype = type_of(json.at("stored"), where);
  if (json.contains("scale")) {
    q.scheme = Quantization::Scheme::affine;
    q.scale = json.at("scale").get<std::vector<float>>();
    q.zero_point = json.at("zero_point").get<std::vector<std::int32_t>>();
    q.channel_axis = json.at("channel_axis").get<int>();
    const bool fits = q.per_channel()
                          ? q.channel_axis < static_cast<int>(value.shape.size()) &&
                                static_cast<std::int64_t>(q.scale.size()) == value.shape[q.channel_axis]
                          : q.scale.size() == 1;
    if (!fits || q.zero_point.size() != q.scale.size())
      throw Error(where, "scales that do not fit the shape");
  } else if (json.contains("fl")) {
    q.scheme = Quantization::Scheme::fixed_point;
    q.fl = json.at("fl").get<int>();
  }
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
