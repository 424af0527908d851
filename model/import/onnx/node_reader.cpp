// SPDX-License-Identifier: Apache-2.0
#include "model/import/onnx/node_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/onnx/codes.h"
#include "model/reference/execute.h"

namespace trireme {

using onnx::AttributeProto;

const AttributeProto* OnnxNode::find(const char* attribute) const {
  for (const AttributeProto& candidate : proto_.attribute()) {
    if (candidate.name() == attribute) return &candidate;
  }
  return nullptr;
}

const AttributeProto* OnnxNode::find(const char* attribute, AttributeProto::AttributeType type) {
  const AttributeProto* found = find(attribute);
  if (found == nullptr || found->type() == type) return found;
  unsupported(fmt::format("attribute '{}' has the type {}", attribute,
                          AttributeProto::AttributeType_Name(found->type())),
              AttributeProto::AttributeType_Name(type) + " is what the operator defines");
  return nullptr;
}

std::int64_t OnnxNode::integer(const char* attribute, std::int64_t fallback) {
  const AttributeProto* found = find(attribute, AttributeProto::INT);
  return found == nullptr ? fallback : found->i();
}

bool OnnxNode::flag(const char* attribute, bool fallback) {
  const std::int64_t number = integer(attribute, fallback ? 1 : 0);
  if (number != 0 && number != 1)
    unsupported(fmt::format("attribute '{}' is {}", attribute, number), "0 or 1");
  return number != 0;
}

float OnnxNode::real(const char* attribute, float fallback) {
  const AttributeProto* found = find(attribute, AttributeProto::FLOAT);
  return found == nullptr ? fallback : found->f();
}

std::string OnnxNode::text(const char* attribute, const std::string& fallback) {
  const AttributeProto* found = find(attribute, AttributeProto::STRING);
  return found == nullptr ? fallback : found->s();
}

std::vector<std::int64_t> OnnxNode::integers(const char* attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::INTS);
  if (found == nullptr) return {};
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> OnnxNode::reals(const char* attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::FLOATS);
  if (found == nullptr) return {};
  return {found->floats().begin(), found->floats().end()};
}

std::vector<std::string> OnnxNode::texts(const char* attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::STRINGS);
  if (found == nullptr) return {};
  return {found->strings().begin(), found->strings().end()};
}

const onnx::TensorProto* OnnxNode::tensor(const char* attribute) {
  const AttributeProto* found = find(attribute, AttributeProto::TENSOR);
  return found == nullptr ? nullptr : &found->t();
}

bool OnnxNode::has_input(std::size_t i) const {
  return i < input_count() && !proto_.input(static_cast<int>(i)).empty();
}

ValueId OnnxNode::input(std::size_t i) {
  if (!complaints_.empty()) throw NodeSkipped();
  if (!has_input(i)) {
    unsupported(fmt::format("input {} is missing", i));
    throw NodeSkipped();
  }
  const auto found = import_.values.find(proto_.input(static_cast<int>(i)));
  if (found == import_.values.end()) throw NodeSkipped();
  return found->second;
}

const Tensor& OnnxNode::constant(std::size_t i, const std::string& role) {
  const Value& found = value(i);
  if (found.constant == nullptr) {
    unsupported(fmt::format("{} '{}' is computed by the network", role, printable(found.name)),
                "it must be a constant: an initializer, a Constant, or computed from these and from shapes");
    throw NodeSkipped();
  }
  return real_numbers(input(i));
}

const Node* OnnxNode::producer(std::size_t i) {
  const NodeId id = value(i).producer;
  return id == kNone ? nullptr : &import_.graph.nodes[id];
}

const Tensor& OnnxNode::real_numbers(ValueId constant) {
  const Value& value = import_.graph.values[constant];
  if (!value.quantization.quantized()) return *value.constant;
  std::shared_ptr<const Tensor>& real = import_.real_numbers[constant];
  if (real == nullptr) {
    import_.budget.spend(value.constant->size(), DataType::float32);
    real = std::make_shared<const Tensor>(real_constant(value));
  }
  return *real;
}

std::vector<std::int64_t> OnnxNode::constant_integers(std::size_t i, const std::string& role) {
  const Tensor& tensor = constant(i, role);
  constexpr std::int64_t kLongestList = 64;  // lists of axes and dimensions
  if (tensor.shape.size() > 1 || tensor.size() > kLongestList ||
      (tensor.dtype != DataType::int64 && tensor.dtype != DataType::int32)) {
    unsupported(
        fmt::format("{} is a {} tensor of shape {}", role, name_of(tensor.dtype), to_string(tensor.shape)),
        fmt::format("a list of at most {} integers", kLongestList));
    throw NodeSkipped();
  }
  std::vector<std::int64_t> list;
  for (std::int64_t at = 0; at < tensor.size(); ++at) {
    list.push_back(tensor.dtype == DataType::int64 ? tensor.data<std::int64_t>()[at]
                                                   : tensor.data<std::int32_t>()[at]);
  }
  return list;
}

float OnnxNode::constant_scalar(std::size_t i, const std::string& role) {
  const Tensor& tensor = constant(i, role);
  if (tensor.size() != 1 || tensor.dtype != DataType::float32) {
    unsupported(
        fmt::format("{} is a {} tensor of shape {}", role, name_of(tensor.dtype), to_string(tensor.shape)),
        "one float32 number");
    throw NodeSkipped();
  }
  return tensor.data<float>()[0];
}

bool OnnxNode::has_output(std::size_t i) const {
  return static_cast<int>(i) < proto_.output_size() && !proto_.output(static_cast<int>(i)).empty();
}

bool OnnxNode::output_used(std::size_t i) const {
  return has_output(i) && import_.used.count(proto_.output(static_cast<int>(i))) != 0;
}

std::string OnnxNode::fresh(std::unordered_set<std::string>& taken, const std::string& wish) {
  std::string name = wish;
  for (int suffix = 1; !taken.insert(name).second; ++suffix) name = wish + "_" + std::to_string(suffix);
  return name;
}

// Computed at import are nodes of constants. Not those that make codes or numbers of codes, which stay as the
// model stores them; nor what this version cannot execute; nor work out of proportion, which is left in the
// network.
bool OnnxNode::is_foldable(const std::string& op, const std::vector<ValueId>& inputs) const {
  const auto is_constant = [&](ValueId id) {
    return id == kNone || import_.graph.values[id].constant != nullptr;
  };
  return !inputs.empty() && op != "quantize" && op != "dequantize" && op != "dynamic_quantize" &&
         can_execute(op) && std::all_of(inputs.begin(), inputs.end(), is_constant);
}

// False: too much work.
bool OnnxNode::fold(const Node& node) {
  constexpr std::int64_t kMostMacs = std::int64_t{1} << 28;
  Graph& graph = import_.graph;
  const auto is_empty = [&](ValueId id) { return id != kNone && element_count(graph.values[id].shape) == 0; };
  const bool nothing = std::all_of(node.outputs.begin(), node.outputs.end(), is_empty);
  const bool from_nothing = std::any_of(node.inputs.begin(), node.inputs.end(), is_empty);
  if (from_nothing && !nothing && node.op != "concat" && node.op != "reduce")
    throw Error({}, node.op + " of an empty tensor is not supported");
  if (!nothing && macs(graph, node) > kMostMacs) return false;

  std::vector<const Tensor*> inputs;
  const std::optional<Quantization> moved = moved_parameters(graph, node);
  for (const ValueId id : node.inputs)
    inputs.push_back(id == kNone ? nullptr : moved ? graph.values[id].constant.get() : &real_numbers(id));
  std::vector<Tensor> results;
  for (const ValueId id : node.outputs) {
    const Value& output = graph.values[id];
    import_.budget.spend(element_count(output.shape), output.dtype);
    if (nothing) results.emplace_back(output.dtype, output.shape);
  }
  if (!nothing) results = execute_node_float(graph, node, inputs);
  for (std::size_t i = 0; i < results.size(); ++i) {
    Value& value = graph.values[node.outputs[i]];
    value.constant = std::make_shared<const Tensor>(std::move(results[i]));
    if (moved) value.quantization = *moved;
  }
  return true;
}

std::vector<ValueId> OnnxNode::emit(const std::string& node_name, const std::vector<std::string>& value_names,
                                    std::string op, std::any attributes, std::vector<ValueId> inputs,
                                    const Quantization& parameters) {
  if (!complaints_.empty()) throw NodeSkipped();
  Graph& graph = import_.graph;
  Node node;
  node.name = node_name;
  node.op = std::move(op);
  node.attributes = std::move(attributes);
  node.inputs = std::move(inputs);
  for (const std::string& name : value_names) {
    Value output;
    output.name = name;
    output.quantization = parameters;
    node.outputs.push_back(graph.add_value(std::move(output)));
  }
  if (!parameters.quantized()) take_over_codes(graph, node);
  const bool foldable = is_foldable(node.op, node.inputs);
  infer_node(graph, node, foldable);
  const std::vector<ValueId> ids = node.outputs;
  if (!foldable || !fold(node)) graph.add_node(std::move(node));
  return ids;
}

ValueId OnnxNode::step(const std::string& suffix, std::string op, std::any attributes,
                       std::vector<ValueId> inputs) {
  return step_on_codes(suffix, std::move(op), std::move(attributes), std::move(inputs), {});
}

ValueId OnnxNode::step_on_codes(const std::string& suffix, std::string op, std::any attributes,
                                std::vector<ValueId> inputs, const Quantization& parameters) {
  const std::string node_name = fresh(import_.node_names, name_ + suffix);
  const std::string value_name = fresh(import_.names, proto_.output(0) + suffix);
  return emit(node_name, {value_name}, std::move(op), std::move(attributes), std::move(inputs),
              parameters)[0];
}

ValueId OnnxNode::step_constant(const std::string& suffix, Tensor tensor) {
  return import_.graph.add_constant(fresh(import_.names, proto_.output(0) + suffix), std::move(tensor));
}

const std::string& OnnxNode::result_name(std::size_t i) const {
  const std::string& output = proto_.output(static_cast<int>(i));
  if (import_.graph.find_value(output) != kNone) throw NodeSkipped();  // it has two producers, told already
  return output;
}

ValueId OnnxNode::codes_input(std::size_t i, const Quantization& parameters, const std::string& suffix) {
  if (is_constant(i)) return step_codes(suffix, constant(i, "input " + std::to_string(i)), parameters);
  assign_codes(import_.graph, input(i), parameters);
  return input(i);
}

ValueId OnnxNode::add_codes(const std::string& name, Tensor codes, Quantization parameters) {
  if (codes.dtype != parameters.dtype) {
    unsupported(fmt::format("it takes {} for {} codes", name_of(codes.dtype), name_of(parameters.dtype)));
    throw NodeSkipped();
  }
  const ValueId id = import_.graph.add_constant(name, std::move(codes));
  import_.graph.values[id].dtype = DataType::float32;
  import_.graph.values[id].quantization = std::move(parameters);
  return id;
}

ValueId OnnxNode::step_codes(const std::string& suffix, Tensor codes, Quantization parameters) {
  if (!complaints_.empty()) throw NodeSkipped();
  return add_codes(fresh(import_.names, proto_.output(0) + suffix), std::move(codes), std::move(parameters));
}

void OnnxNode::result_constant_codes(Tensor codes, Quantization parameters) {
  if (!complaints_.empty()) throw NodeSkipped();
  const std::string& output = result_name(0);
  import_.values[output] = add_codes(output, std::move(codes), std::move(parameters));
}

void OnnxNode::result_codes(std::string op, std::any attributes, std::vector<ValueId> inputs,
                            const Quantization& parameters) {
  const std::string& output = result_name(0);
  import_.values[output] =
      emit(name_, {output}, std::move(op), std::move(attributes), std::move(inputs), parameters)[0];
}

void OnnxNode::result_at(std::size_t i, std::string op, std::any attributes, std::vector<ValueId> inputs) {
  if (!has_output(i)) return;
  const std::string& output = result_name(i);
  const std::string node_name = i == 0 ? name_ : fresh(import_.node_names, name_ + "/" + std::to_string(i));
  import_.values[output] =
      emit(node_name, {output}, std::move(op), std::move(attributes), std::move(inputs))[0];
}

void OnnxNode::results(std::string op, std::any attributes, std::vector<ValueId> inputs, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    names.push_back(has_output(i) ? result_name(i) : fresh(import_.names, name_ + "/" + std::to_string(i)));
  }
  const std::vector<ValueId> ids =
      emit(name_, names, std::move(op), std::move(attributes), std::move(inputs));
  for (std::size_t i = 0; i < count; ++i) import_.values[names[i]] = ids[i];
}

void OnnxNode::result_constant(Tensor tensor) {
  if (!complaints_.empty()) throw NodeSkipped();
  const std::string& output = result_name(0);
  import_.values[output] = import_.graph.add_constant(output, std::move(tensor));
}

}  // namespace trireme
