// SPDX-License-Identifier: Apache-2.0
#include "model/quantize/joins.h"

#include <algorithm>
#include <numeric>

#include "model/quantize/roles.h"

namespace trireme {

namespace {

// Sets of values; the smallest id stands for its set.
class Sets {
 public:
  explicit Sets(std::size_t values) : parent_(values) {
    std::iota(parent_.begin(), parent_.end(), ValueId{0});
  }
  ValueId find(ValueId id) {
    while (parent_[id] != id) id = parent_[id] = parent_[parent_[id]];
    return id;
  }
  void join(ValueId a, ValueId b) {
    const ValueId first = find(a), second = find(b);
    parent_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::vector<ValueId> parent_;
};

}  // namespace

std::vector<ValueId> joined_values(const Graph& graph) {
  const std::vector<bool> half = float16_values(graph);
  const auto has_range = [&](ValueId id) {
    return id != kNone && !half[id] && is_float(graph.values[id].dtype) &&
           graph.values[id].constant == nullptr;
  };
  Sets sets(graph.values.size());
  for (const Node& node : graph.nodes) {
    const bool concat = node.op == "concat";
    if (!concat && !moves_codes(node)) continue;
    const std::size_t inputs = concat ? node.inputs.size() : 1;
    for (const ValueId output : node.outputs) {
      for (std::size_t i = 0; i < inputs; ++i) {
        if (has_range(output) && has_range(node.inputs[i])) sets.join(output, node.inputs[i]);
      }
    }
  }
  std::vector<ValueId> first(graph.values.size());
  for (ValueId id = 0; id < first.size(); ++id) first[id] = sets.find(id);
  return first;
}

}  // namespace trireme
