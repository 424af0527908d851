// SPDX-License-Identifier: Apache-2.0
#include "model/graph/operators.h"

#include <map>

#include "model/graph/operator_families.h"

namespace trireme {
namespace {

using Table = std::map<std::string, const Operator*>;

Table make_table() {
  Table table;
  for (const OperatorFamily* family :
       {&convolution_operators(), &pooling_operators(), &dense_operators(), &activation_operators(),
        &normalization_operators(), &elementwise_operators(), &shape_operators(), &movement_operators(),
        &indexing_operators(), &resize_operators(), &reduction_operators(), &unary_operators(),
        &integer_operators(), &recurrent_operators(), &detection_operators(), &quantization_operators()}) {
    for (const Operator& row : *family) {
      if (!table.emplace(row.name, &row).second) internal_error("operator '" + row.name + "' listed twice");
    }
  }
  return table;
}

const Table& table() {
  static const Table instance = make_table();
  return instance;
}

}  // namespace

const Operator* find_operator(const std::string& name) {
  const auto found = table().find(name);
  return found == table().end() ? nullptr : found->second;
}

const Operator& operator_of(const Node& node) {
  const Operator* found = find_operator(node.op);
  if (found == nullptr) internal_error("node '" + node.name + "' has the unknown operator '" + node.op + "'");
  return *found;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, row] : table()) names.push_back(name);
  return names;
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Operator& row = operator_of(node);
  return row.macs == nullptr ? 0 : row.macs(graph, node);
}

}  // namespace trireme
