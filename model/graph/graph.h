// SPDX-License-Identifier: Apache-2.0
// The network as SSA: every value has one producer, a shape, a type and a quantization; every node has an
// operator and typed attributes (one struct an operator, model/graph/attributes.h).
//
// Axis order: as in ONNX, N,C,H,W for images, row-major. Weights: convolution [out,in/groups,kh,kw],
// fullconnect [out,in]; bias [out]. Weights and biases are constant values that nodes take as inputs.
#pragma once

#include <any>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/quant/quantization.h"
#include "tensor/tensor.h"

namespace trireme {

using ValueId = std::uint32_t;
using NodeId = std::uint32_t;
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

struct Value {
  std::string name;  // unique in the graph
  Shape shape;
  DataType dtype = DataType::float32;  // of the float network; the stored type is quantization.dtype
  Quantization quantization;
  // Data of a constant, else null: real numbers of type `dtype`, or, when the source model brought codes, the
  // codes in type quantization.dtype. real_constant() and stored_constant() give either.
  std::shared_ptr<const Tensor> constant;
  NodeId producer = kNone;  // kNone for graph inputs and constants
  std::uint32_t port = 0;   // which output of the producer
};

struct Node {
  std::string name;  // unique; as the source model has it
  std::string op;   // operator in Acuity's spelling: "convolution", "relu", … (formats.md §10, appendix B)
  std::string lid;  // layer id of the JSON form: name + "_" + index; empty until assigned
  std::any
      attributes;  // the struct of model/graph/attributes.h that belongs to `op`; empty for operators without
  std::vector<ValueId> inputs;  // data inputs first, then constants; kNone marks an omitted optional input
  std::vector<ValueId> outputs;
};

// Nodes are kept in topological order. Removed nodes are erased, values that nobody names stay until
// compact().
struct Graph {
  std::string name;
  std::string source_format;  // "onnx", "tflite", "acuity"
  // Scales and zero points came with the model (QDQ, QLinear, TFLite): kept exactly, never calibrated or
  // unified.
  bool scales_from_model = false;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;  // in the model's order
  std::vector<ValueId> outputs;

  // lid of the `input` and `output` layers of the JSON form, parallel to inputs and outputs.
  std::vector<std::string> input_lids, output_lids;

  // What an importer took for granted or left out, one sentence each, for the user to read.
  std::vector<std::string> notes;

  ValueId add_value(Value value);  // internal error on a duplicate name
  ValueId add_constant(std::string name, Tensor tensor);
  NodeId add_node(Node node);                              // sets producer and port of its outputs
  std::string unique_name(const std::string& wish) const;  // neither a value nor a node has it
  ValueId find_value(const std::string& name) const;       // kNone if there is none
  void rename_value(ValueId id, const std::string& name);  // the only way to rename: keeps the index below

  std::unordered_map<std::string, ValueId> value_index;  // name -> value, for look-up only
};

// Typed access; an internal error names node and operator when the struct is another.
template <typename Attributes>
const Attributes& attributes(const Node& node) {
  const auto* found = std::any_cast<Attributes>(&node.attributes);
  if (found == nullptr) internal_error("node '" + node.name + "' (" + node.op + ") has other attributes");
  return *found;
}

// A constant as real numbers, and as the codes that are stored (itself if it has no quantization).
Tensor real_constant(const Value& value);
Tensor stored_constant(const Value& value);

std::vector<NodeId> consumers(const Graph& graph, ValueId value);
void replace_uses(Graph& graph, ValueId from, ValueId to);  // in nodes and graph outputs
void sort_nodes(Graph& graph);  // topologically, stable; Error names the nodes of every cycle
void compact(Graph& graph);     // drops dead nodes and unused values, renumbers, sorts topologically (stable)

// Structure check: ids in range, unique names, producers consistent, topological order, no cycle. Problems
// named by node.
void verify(const Graph& graph);

}  // namespace trireme
