// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/node_reader.h"

#include <fmt/format.h>

#include "model/graph/operators.h"
#include "model/import/tflite/activation.h"

namespace trireme {

TfliteNode::TfliteNode(TfliteImport& import, std::uint32_t index, std::string name, const char* graph_op)
    : import_(import),
      operator_(*import.subgraph.operators()->Get(index)),
      index_(index),
      name_(std::move(name)),
      graph_op_(graph_op) {}

void TfliteNode::leave(const std::string& what, const std::string& hint) {
  unsupported(what, hint);
  throw OperatorSkipped();
}

void TfliteNode::check_options_type(tflite_file::BuiltinOptions wanted) {
  const tflite_file::BuiltinOptions found = operator_.builtin_options_type();
  if (found == wanted || found == tflite_file::BuiltinOptions::NONE) return;
  unsupported(fmt::format("its options are of type {}", static_cast<int>(found)),
              fmt::format("{} ({}) is what the operator defines", tflite_file::EnumNameBuiltinOptions(wanted),
                          static_cast<int>(wanted)));
}

bool TfliteNode::has_input(std::size_t i) const {
  return i < input_count() && operator_.inputs()->Get(static_cast<flatbuffers::uoffset_t>(i)) >= 0;
}

std::uint32_t TfliteNode::input_tensor(std::size_t i) const {
  return static_cast<std::uint32_t>(operator_.inputs()->Get(static_cast<flatbuffers::uoffset_t>(i)));
}

std::uint32_t TfliteNode::output_tensor(std::size_t i) const {
  return static_cast<std::uint32_t>(operator_.outputs()->Get(static_cast<flatbuffers::uoffset_t>(i)));
}

const Value* TfliteNode::find_constant(std::uint32_t tensor) {
  const auto found = import_.constants.find(tensor);
  if (found != import_.constants.end()) return &found->second;
  const tflite_file::Tensor& proto = *import_.subgraph.tensors()->Get(tensor);
  if (!has_data(import_.model, proto)) return nullptr;
  const std::string& name = import_.tensor_names[tensor];
  try {
    Value value = read_tflite_constant(import_.model, proto, name, import_.roles[tensor], import_.budget);
    return &import_.constants.emplace(tensor, std::move(value)).first->second;
  } catch (const Error& error) {
    for (const Problem& problem : error.problems())
      unsupported("tensor '" + printable(name) + "': " + problem.what, problem.hint);
    throw OperatorSkipped();
  }
}

const Value& TfliteNode::value(std::size_t i) {
  if (!complaints_.empty()) throw OperatorSkipped();
  if (!has_input(i)) leave(fmt::format("input {} is missing", i));
  const std::uint32_t tensor = input_tensor(i);
  if (import_.values[tensor] != kNone) return import_.graph.values[import_.values[tensor]];
  const Value* constant = find_constant(tensor);
  if (constant == nullptr) throw OperatorSkipped();  // of an operator that was left, told already
  return *constant;
}

ValueId TfliteNode::input(std::size_t i) {
  const Value& found = value(i);
  ValueId& id = import_.values[input_tensor(i)];
  if (id == kNone) id = import_.graph.add_value(found);
  return id;
}

const Value& TfliteNode::constant(std::size_t i, const std::string& role) {
  const Value& found = value(i);
  if (found.constant == nullptr) {
    leave(fmt::format("{} '{}' is computed by the network", role, printable(found.name)),
          "it must be a constant of the file");
  }
  return found;
}

std::vector<std::int64_t> TfliteNode::constant_integers(std::size_t i, const std::string& role) {
  const Tensor& tensor = *constant(i, role).constant;
  constexpr std::int64_t kLongestList = 64;  // lists of axes, dimensions and pads
  if (tensor.size() > kLongestList || (tensor.dtype != DataType::int64 && tensor.dtype != DataType::int32)) {
    leave(fmt::format("{} is a {} tensor of shape {}", role, name_of(tensor.dtype), to_string(tensor.shape)),
          fmt::format("at most {} integers", kLongestList));
  }
  std::vector<std::int64_t> list;
  for (std::int64_t at = 0; at < tensor.size(); ++at) {
    list.push_back(tensor.dtype == DataType::int64 ? tensor.data<std::int64_t>()[at]
                                                   : tensor.data<std::int32_t>()[at]);
  }
  return list;
}

std::int64_t TfliteNode::constant_integer(std::size_t i, const std::string& role) {
  const std::vector<std::int64_t> list = constant_integers(i, role);
  if (list.size() != 1) leave(fmt::format("{} has {} elements", role, list.size()), "one integer");
  return list[0];
}

double TfliteNode::constant_number(std::size_t i, const std::string& role) {
  const Tensor number = real_constant(constant(i, role));
  if (number.size() != 1) leave(fmt::format("{} has {} elements", role, number.size()), "one number");
  return element(number, 0);
}

const Value& TfliteNode::declared(std::size_t i) {
  while (declared_.size() <= i) {
    const std::uint32_t tensor = output_tensor(declared_.size());
    const std::string& name = import_.tensor_names[tensor];
    try {
      declared_.push_back(declared_value(*import_.subgraph.tensors()->Get(tensor), name, TfliteRole::data));
    } catch (const Error& error) {
      for (const Problem& problem : error.problems())
        unsupported("output '" + printable(name) + "': " + problem.what, problem.hint);
      throw OperatorSkipped();
    }
  }
  return declared_[i];
}

std::string TfliteNode::fresh(std::unordered_set<std::string>& taken, const std::string& wish) {
  std::string name = wish;
  for (int suffix = 1; !taken.insert(name).second; ++suffix) name = fmt::format("{}_{}", wish, suffix);
  return name;
}

ValueId TfliteNode::emit(const std::string& node_name, std::vector<Value> outputs, std::string op,
                         std::any attributes, std::vector<ValueId> inputs) {
  if (!complaints_.empty()) throw OperatorSkipped();
  Graph& graph = import_.graph;
  Node node;
  node.name = fresh(import_.node_names, node_name);
  node.op = std::move(op);
  node.attributes = std::move(attributes);
  node.inputs = std::move(inputs);
  for (Value& output : outputs) node.outputs.push_back(graph.add_value(std::move(output)));
  infer_node(graph, node);
  const ValueId first = node.outputs[0];
  graph.add_node(std::move(node));
  return first;
}

Value TfliteNode::intermediate(const std::string& suffix, const Quantization& like) {
  Value value;
  value.name = fresh(import_.names, declared().name + suffix);
  value.quantization = like;
  return value;
}

Value TfliteNode::final_value(std::size_t output) {
  Value value;
  value.name = declared(output).name;
  if (declared(output).quantization.quantized()) value.quantization = declared(output).quantization;
  return value;
}

// Shapes and types are inferred; a type that differs from the file's would change what later operators mean.
void TfliteNode::deliver(std::size_t output, ValueId id) {
  const DataType found = import_.graph.values[id].dtype;
  if (found != declared(output).dtype) {
    unsupported(fmt::format("output '{}' is {} in the file, the operator gives {}",
                            printable(declared(output).name), name_of(declared(output).quantization.dtype),
                            name_of(found)));
  }
  import_.values[output_tensor(output)] = id;
}

ValueId TfliteNode::step(const std::string& suffix, std::string op, std::any attributes,
                         std::vector<ValueId> inputs, const Quantization& like) {
  return emit(name_ + suffix, {intermediate(suffix, like)}, std::move(op), std::move(attributes),
              std::move(inputs));
}

ValueId TfliteNode::step_constant(const Value& constant, const std::string& wish) {
  const ValueId there = import_.graph.find_value(wish);
  if (there != kNone && import_.graph.values[there].constant == constant.constant &&
      same_parameters(import_.graph.values[there].quantization, constant.quantization))
    return there;
  Value value = constant;
  // A constant that is re-laid keeps its name unless the file's own form of it is in the graph.
  value.name = there == kNone ? wish : fresh(import_.names, wish + "/laid");
  value.shape = value.constant->shape;
  return import_.graph.add_value(std::move(value));
}

ValueId TfliteNode::step_constant(const std::string& suffix, Tensor tensor) {
  return import_.graph.add_constant(fresh(import_.names, declared().name + suffix), std::move(tensor));
}

ValueId TfliteNode::to_nchw(ValueId nhwc, const std::string& suffix) {
  const Quantization like = import_.graph.values[nhwc].quantization;
  return step(suffix, "permute", PermuteAttributes{{0, 3, 1, 2}}, {nhwc}, like);
}

// `raw` if there is no activation.
ValueId TfliteNode::activated(ValueId raw, FusedActivation activation, Value output) {
  const ActivationNode node = activation_node(activation);
  return emit(name_ + "/" + node.op, {std::move(output)}, node.op, node.attributes, {raw});
}

void TfliteNode::result(std::string op, std::any attributes, std::vector<ValueId> inputs,
                        FusedActivation activation) {
  check_activation(*this, activation);
  if (activation == FusedActivation::NONE) {
    return result_of(0, std::move(op), std::move(attributes), std::move(inputs));
  }
  const ValueId raw = emit(name_, {intermediate("/raw", declared().quantization)}, std::move(op),
                           std::move(attributes), std::move(inputs));
  deliver(0, activated(raw, activation, final_value(0)));
}

void TfliteNode::image_result(std::string op, std::any attributes, std::vector<ValueId> inputs,
                              FusedActivation activation) {
  check_activation(*this, activation);
  const bool active = activation != FusedActivation::NONE;
  const Quantization& like = declared().quantization;
  ValueId nchw = emit(name_, {intermediate(active ? "/raw" : "/nchw", like)}, std::move(op),
                      std::move(attributes), std::move(inputs));
  if (active) nchw = activated(nchw, activation, intermediate("/nchw", like));
  deliver(0, emit(name_ + "/nhwc", {final_value(0)}, "permute", PermuteAttributes{{0, 2, 3, 1}}, {nchw}));
}

void TfliteNode::result_of(std::size_t output, std::string op, std::any attributes,
                           std::vector<ValueId> inputs) {
  const std::string node_name = output == 0 ? name_ : declared(output).name;
  deliver(output,
          emit(node_name, {final_value(output)}, std::move(op), std::move(attributes), std::move(inputs)));
}

void TfliteNode::results(std::string op, std::any attributes, std::vector<ValueId> inputs) {
  std::vector<Value> outputs;
  for (std::size_t i = 0; i < output_count(); ++i) outputs.push_back(final_value(i));
  const ValueId first =
      emit(name_, std::move(outputs), std::move(op), std::move(attributes), std::move(inputs));
  for (std::size_t i = 0; i < output_count(); ++i) deliver(i, first + static_cast<ValueId>(i));
}

void TfliteNode::result_constant(Tensor tensor) {
  Value value = final_value(0);
  if (!complaints_.empty()) throw OperatorSkipped();
  value.shape = tensor.shape;
  value.dtype = tensor.dtype;
  if (!value.quantization.quantized()) value.quantization.dtype = tensor.dtype;
  value.constant = std::make_shared<const Tensor>(std::move(tensor));
  deliver(0, import_.graph.add_value(std::move(value)));
}

}  // namespace trireme
