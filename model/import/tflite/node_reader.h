// SPDX-License-Identifier: Apache-2.0
// One TensorFlow Lite operator as an importer function sees it. The function reads its options, then its
// inputs, then states the result. Complaints are collected; from the first input on, an operator with
// complaints, or one that depends on an operator with complaints, is left (by throwing OperatorSkipped).
#pragma once

#include <any>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/graph/attributes.h"
#include "model/graph/graph.h"
#include "model/import/tflite/tensors.h"

namespace trireme {

// A model on its way into a graph.
struct TfliteImport {
  TfliteImport(const tflite_file::Model& of_model, const tflite_file::SubGraph& of_graph,
               std::uint64_t constant_bytes)
      : model(of_model), subgraph(of_graph), budget(constant_bytes) {}

  const tflite_file::Model& model;
  const tflite_file::SubGraph& subgraph;
  Graph graph;
  std::vector<std::string> tensor_names;
  std::vector<TfliteRole> roles;          // of tensors
  std::vector<ValueId> values;            // of tensors; kNone: not (yet) in the graph
  std::unordered_set<std::string> names;  // of all tensors and of the values made here
  std::unordered_set<std::string> node_names;
  std::unordered_map<std::uint32_t, Value> constants;  // of tensors, read once
  ConstantBudget budget;
};

struct OperatorSkipped {};

using FusedActivation = tflite_file::ActivationFunctionType;

class TfliteNode {
 public:
  TfliteNode(TfliteImport& import, std::uint32_t index, std::string name, const char* graph_op);

  const std::vector<Problem>& complaints() const { return complaints_.list(); }
  void unsupported(const std::string& what, const std::string& hint = {}) { complaints_.add({}, what, hint); }
  [[noreturn]] void leave(const std::string& what, const std::string& hint = {});  // complains and leaves

  // The operator's options, as the schema's Native struct; its defaults if the file has none.
  template <typename Native>
  Native options();

  // Inputs. A constant of the file enters the graph when it is asked for by input().
  std::size_t input_count() const { return count_of(operator_.inputs()); }
  bool has_input(std::size_t i) const;
  ValueId input(std::size_t i);
  const Value& value(std::size_t i);
  const Shape& shape(std::size_t i) { return value(i).shape; }
  bool is_constant(std::size_t i) { return value(i).constant != nullptr; }
  const Value& constant(std::size_t i, const std::string& role);  // complains and leaves if it is computed
  std::vector<std::int64_t> constant_integers(std::size_t i, const std::string& role);
  std::int64_t constant_integer(std::size_t i, const std::string& role);
  double constant_number(std::size_t i, const std::string& role);  // real, whatever its type

  // Outputs, as the file declares them.
  std::size_t output_count() const { return count_of(operator_.outputs()); }
  const Value& declared(std::size_t i = 0);

  // A value in front of the result, real unless `like` says otherwise; named as the result with a suffix.
  ValueId step(const std::string& suffix, std::string op, std::any attributes, std::vector<ValueId> inputs,
               const Quantization& like = {});
  ValueId step_constant(const Value& constant, const std::string& wish);  // wish: its name if it is free
  ValueId step_constant(const std::string& suffix, Tensor tensor);
  ValueId to_nchw(ValueId nhwc, const std::string& suffix = "/in");  // with its quantization

  // The results. An activation becomes a node of its own behind the operator, with the output's parameters.
  void result(std::string op, std::any attributes, std::vector<ValueId> inputs,
              FusedActivation activation = FusedActivation::NONE);
  void image_result(std::string op, std::any attributes, std::vector<ValueId> inputs,
                    FusedActivation activation = FusedActivation::NONE);           // of a node on [n,c,h,w]
  void results(std::string op, std::any attributes, std::vector<ValueId> inputs);  // one an output
  void result_of(std::size_t output, std::string op, std::any attributes, std::vector<ValueId> inputs);
  void result_constant(Tensor tensor);

  TfliteImport& import() { return import_; }
  ConstantBudget& budget() { return import_.budget; }
  std::uint32_t index() const { return index_; }
  const char* graph_op() const { return graph_op_; }

 private:
  std::uint32_t input_tensor(std::size_t i) const;
  std::uint32_t output_tensor(std::size_t i) const;
  const Value* find_constant(std::uint32_t tensor);
  void check_options_type(tflite_file::BuiltinOptions wanted);
  ValueId emit(const std::string& node_name, std::vector<Value> outputs, std::string op, std::any attributes,
               std::vector<ValueId> inputs);
  Value intermediate(const std::string& suffix, const Quantization& like);
  Value final_value(std::size_t output);
  void deliver(std::size_t output, ValueId id);
  std::string fresh(std::unordered_set<std::string>& taken, const std::string& wish);
  ValueId activated(ValueId raw, FusedActivation activation, Value output);

  TfliteImport& import_;
  const tflite_file::Operator& operator_;
  std::uint32_t index_;
  std::string name_;
  const char* graph_op_;
  std::vector<Value> declared_;
  Problems complaints_;
};

template <typename Native>
Native TfliteNode::options() {
  using Table = typename Native::TableType;
  Native native;
  check_options_type(tflite_file::BuiltinOptionsTraits<Table>::enum_value);
  const Table* table = operator_.builtin_options_as<Table>();
  if (table != nullptr) table->UnPackTo(&native);
  return native;
}

}  // namespace trireme
