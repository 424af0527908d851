// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

// Broadcast as NumPy and ONNX define it: shapes aligned at the end, a 1 stretches.
std::vector<ValueType> infer_broadcast(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const Shape& a = input_of(graph, node, 0).shape;
  const Shape& b = input_of(graph, node, 1).shape;
  Shape output(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 1; i <= output.size(); ++i) {
    const std::int64_t dim_a = i <= a.size() ? a[a.size() - i] : 1;
    const std::int64_t dim_b = i <= b.size() ? b[b.size() - i] : 1;
    if (dim_a != dim_b && dim_a != 1 && dim_b != 1) {
      throw Error({}, "the shapes " + to_string(a) + " and " + to_string(b) + " do not fit together",
                  "equal dimensions, or 1, counted from the last");
    }
    output[output.size() - i] = dim_a == 1 ? dim_b : dim_a;
  }
  return {{input_of(graph, node, 0).dtype, std::move(output)}};
}

}  // namespace

const OperatorFamily& elementwise_operators() {
  static const OperatorFamily rows = {{"add", 2, 2, infer_broadcast}, {"multiply", 2, 2, infer_broadcast}};
  return rows;
}

}  // namespace trireme
