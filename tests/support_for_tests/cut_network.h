// SPDX-License-Identifier: Apache-2.0
// A network cut at every tensor a runtime has given: each operator is compared on the runtime's own tensors.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "model/graph/graph.h"

namespace trireme {

// Consumers read a given tensor as one more input, producers give theirs as an output.
struct CutNetwork {
  Graph graph;
  std::vector<Tensor> inputs;
  std::vector<Tensor> answers;  // parallel to graph.outputs
};

inline CutNetwork cut_at(const Graph& whole, const std::map<ValueId, Tensor>& stored,
                         std::vector<Tensor> inputs) {
  CutNetwork cut{whole, std::move(inputs), {}};
  cut.graph.outputs.clear();
  for (const auto& [id, tensor] : stored) {
    Value copy = whole.values[id];
    copy.name = cut.graph.unique_name(copy.name + "/stored");
    copy.producer = kNone;
    const ValueId given = cut.graph.add_value(std::move(copy));
    replace_uses(cut.graph, id, given);
    cut.graph.inputs.push_back(given);
    cut.inputs.push_back(tensor);
  }
  for (const auto& [id, tensor] : stored) {
    cut.graph.outputs.push_back(id);
    cut.answers.push_back(tensor);
  }
  return cut;
}

}  // namespace trireme
