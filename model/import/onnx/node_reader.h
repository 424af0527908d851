// SPDX-License-Identifier: Apache-2.0
// One ONNX node as an importer function sees it. The function reads all attributes first, then the inputs,
// then states the result. Complaints are collected; from the first input on, a node with complaints, or one
// that depends on a node with complaints, is left (by throwing NodeSkipped). So each node's attributes are
// checked in one run, whatever went wrong before it.
#pragma once

#include <onnx/onnx_pb.h>

#include <any>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/graph/attributes.h"
#include "model/graph/graph.h"
#include "model/import/onnx/tensors.h"

namespace trireme {

// A model on its way into a graph.
struct OnnxImport {
  explicit OnnxImport(std::uint64_t constant_bytes) : budget(constant_bytes) {}

  Graph graph;
  std::int64_t opset = 0;
  bool shapes_only = false;                         // ImportOptions
  std::unordered_map<std::string, ValueId> values;  // ONNX name -> value; missing: not imported, told already
  std::unordered_set<std::string> names;            // of all values of the model and those made here
  std::unordered_set<std::string> node_names;
  std::unordered_set<std::string> used;      // values that a node or an output takes
  std::unordered_set<std::string> four_bit;  // inputs and initializers of 4-bit integers: a byte each here
  std::filesystem::path folder;              // of the model: external data lies there
  ConstantBudget budget;
  std::unordered_map<ValueId, std::shared_ptr<const Tensor>> real_numbers;  // of constants that hold codes
};

struct NodeSkipped {};

class OnnxNode {
 public:
  OnnxNode(OnnxImport& import, const onnx::NodeProto& proto, std::string name)
      : import_(import), proto_(proto), name_(std::move(name)) {}

  std::int64_t opset() const { return import_.opset; }
  bool shapes_only() const { return import_.shapes_only; }
  const std::vector<Problem>& complaints() const { return complaints_.list(); }
  void unsupported(const std::string& what, const std::string& hint = {}) { complaints_.add({}, what, hint); }

  // For the user to read beside the imported network.
  void note(const std::string& text) { import_.graph.notes.push_back("node '" + name_ + "': " + text); }

  // Attributes; the fallback if missing, or, after a complaint, of another type.
  bool has(const char* attribute) const { return find(attribute) != nullptr; }
  std::int64_t integer(const char* attribute, std::int64_t fallback);
  bool flag(const char* attribute, bool fallback);
  float real(const char* attribute, float fallback);
  std::string text(const char* attribute, const std::string& fallback);
  std::vector<std::int64_t> integers(const char* attribute);  // empty if missing
  std::vector<float> reals(const char* attribute);
  std::vector<std::string> texts(const char* attribute);
  const onnx::TensorProto* tensor(const char* attribute);  // null if missing

  // Inputs.
  std::size_t input_count() const { return static_cast<std::size_t>(proto_.input_size()); }
  bool has_input(std::size_t i) const;
  ValueId input(std::size_t i);
  const Value& value(std::size_t i) { return import_.graph.values[input(i)]; }
  const Shape& shape(std::size_t i) { return value(i).shape; }
  DataType dtype(std::size_t i) { return value(i).dtype; }
  bool is_constant(std::size_t i) { return value(i).constant != nullptr; }
  const Tensor& constant(std::size_t i, const std::string& role);  // complains and leaves if it is computed
  std::vector<std::int64_t> constant_integers(std::size_t i, const std::string& role);
  float constant_scalar(std::size_t i, const std::string& role);

  ValueId optional_input(std::size_t i) { return has_input(i) ? input(i) : kNone; }
  // The integers of a quantized tensor (model/import/onnx/codes.h).
  const Node* producer(std::size_t i);  // null for inputs of the model and constants
  const std::string& input_name(std::size_t i) const { return proto_.input(static_cast<int>(i)); }
  bool is_four_bit(std::size_t i) const { return import_.four_bit.count(input_name(i)) != 0; }
  ValueId codes_input(std::size_t i, const Quantization& parameters, const std::string& suffix);
  const Quantization& parameters_of(ValueId id) const { return import_.graph.values[id].quantization; }
  ValueId step_on_codes(const std::string& suffix, std::string op, std::any attributes,
                        std::vector<ValueId> inputs, const Quantization& parameters);
  ValueId step_codes(const std::string& suffix, Tensor codes, Quantization parameters);
  void result_codes(std::string op, std::any attributes, std::vector<ValueId> inputs,
                    const Quantization& parameters);
  void result_constant_codes(Tensor codes, Quantization parameters);

  // Outputs.
  const Shape& shape_of(ValueId id) const { return import_.graph.values[id].shape; }
  std::size_t output_count() const { return static_cast<std::size_t>(proto_.output_size()); }
  bool has_output(std::size_t i) const;
  bool output_used(std::size_t i) const;

  // Nodes whose inputs are all constant are computed at once: their outputs are constants, so that shapes,
  // axes and sizes may come from any calculation with constants (Shape -> Gather -> Concat -> Reshape).
  // A node in front of the result; its name and output are the result's with a suffix.
  ValueId step(const std::string& suffix, std::string op, std::any attributes, std::vector<ValueId> inputs);
  ValueId step_constant(const std::string& suffix, Tensor tensor);
  void result(std::string op, std::any attributes, std::vector<ValueId> inputs) {
    result_at(0, std::move(op), std::move(attributes), std::move(inputs));
  }
  // Output i alone, for operators whose outputs are several nodes here; nothing if the model has no such
  // output.
  void result_at(std::size_t i, std::string op, std::any attributes, std::vector<ValueId> inputs);
  // The first `count` outputs of the node at once; those that the model leaves out get names of their own.
  void results(std::string op, std::any attributes, std::vector<ValueId> inputs, std::size_t count);
  void result_constant(Tensor tensor);
  ConstantBudget& budget() { return import_.budget; }

 private:
  const onnx::AttributeProto* find(const char* attribute) const;
  const onnx::AttributeProto* find(const char* attribute, onnx::AttributeProto::AttributeType type);
  std::vector<ValueId> emit(const std::string& node_name, const std::vector<std::string>& value_names,
                            std::string op, std::any attributes, std::vector<ValueId> inputs,
                            const Quantization& parameters = {});
  bool is_foldable(const std::string& op, const std::vector<ValueId>& inputs) const;
  bool fold(const Node& node);
  const Tensor& real_numbers(ValueId constant);
  ValueId add_codes(const std::string& name, Tensor codes, Quantization parameters);
  const std::string& result_name(std::size_t i) const;
  std::string fresh(std::unordered_set<std::string>& taken, const std::string& wish);

  OnnxImport& import_;
  const onnx::NodeProto& proto_;
  std::string name_;
  Problems complaints_;
};

}  // namespace trireme
