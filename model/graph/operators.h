// SPDX-License-Identifier: Apache-2.0
// What the graph knows of each operator: how to infer its outputs, check it, count and print it.
// One file a family in model/graph/operators/; each exports a list of rows, and operators.cpp joins the
// lists.
#pragma once

#include <string>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

struct ValueType {
  DataType dtype;
  Shape shape;
};

struct Operator {
  std::string name;  // Acuity's spelling
  int min_inputs = 1, max_inputs = 1;
  // Output types from the inputs' (attributes may be checked against them). Throws Error without a place;
  // callers add the node. Never allocates by a size read from a file.
  std::vector<ValueType> (*infer)(const Graph& graph, const Node& node) = nullptr;
  std::int64_t (*macs)(const Graph& graph, const Node& node) = nullptr;  // null: none
  std::string (*print)(const Node& node) = nullptr;                      // attributes as text; null: none
  void (*normalize)(const Graph& graph, Node& node) = nullptr;  // before infer: negative axes become positive
};

// A name as dumps and messages show it: quoted, with escapes, if it holds anything unusual.
std::string printable(const std::string& name);

const Operator* find_operator(const std::string& name);  // null if unknown
const Operator& operator_of(const Node& node);           // internal error if unknown
std::vector<std::string> operator_names();

// One node whose inputs are known. Throws Error without a place. A network has no empty tensors; constants on
// the way to a shape may be empty.
void infer_node(Graph& graph, Node& node, bool empty_allowed = false);
// Fills shape and type of every value, in order. All problems of a graph at once, each naming its node.
void infer_shapes(Graph& graph);
std::int64_t macs(const Graph& graph, const Node& node);

// The IR as text, one line a node: the golden format of the pass tests and of --dump-ir.
std::string dump(const Graph& graph);

}  // namespace trireme
