// SPDX-License-Identifier: Apache-2.0
// One input, element by element, without attributes; and cast.
#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

std::vector<ValueType> infer_number(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_number, "a number");
  return same_as_input(graph, node);
}

std::vector<ValueType> infer_logical(const Graph& graph, const Node& node) {
  require_type(graph, node, 0, is_boolean, "a boolean");
  return same_as_input(graph, node);
}

std::vector<ValueType> infer_classification(const Graph& graph, const Node& node) {
  require_float(graph, node);
  return {{DataType::boolean, input_of(graph, node, 0).shape}};
}

std::vector<ValueType> infer_cast(const Graph& graph, const Node& node) {
  return {{attributes<CastAttributes>(node).dtype, input_of(graph, node, 0).shape}};
}

std::string print_cast(const Node& node) {
  return std::string("dtype=") + name_of(attributes<CastAttributes>(node).dtype);
}

OperatorFamily make_rows() {
  OperatorFamily rows = {{"logical_not", 1, 1, infer_logical},
                         {"is_nan", 1, 1, infer_classification},
                         {"is_inf", 1, 1, infer_classification},
                         {"cast", 1, 1, infer_cast, nullptr, print_cast}};
  for (const char* name : {"abs", "neg", "sign", "square"}) rows.push_back({name, 1, 1, infer_number});
  for (const char* name :
       {"hard_swish", "mish",       "softrelu", "softsign", "erf",   "exp",   "log",   "sqrt",
        "rsqrt",      "reciprocal", "floor",    "ceil",     "round", "sin",   "cos",   "tan",
        "asin",       "acos",       "atan",     "sinh",     "cosh",  "asinh", "acosh", "atanh"}) {
    rows.push_back({name, 1, 1, same_as_float_input});
  }
  return rows;
}

}  // namespace

const OperatorFamily& unary_operators() {
  static const OperatorFamily rows = make_rows();
  return rows;
}

}  // namespace trireme
