// SPDX-License-Identifier: Apache-2.0
#include "compiler/simplify/simplify.h"

#include "compiler/simplify/passes.h"
#include "model/graph/operators.h"

namespace trireme {

const std::vector<SimplifyPass>& simplify_passes() {
  static const std::vector<SimplifyPass> passes = {
      {"remove_noops", remove_noops},     {"propagate_permutes", propagate_permutes},
      {"merge_reshapes", merge_reshapes}, {"fold_constants", fold_constants},
      {"fold_pads", fold_pads},           {"fold_bias", fold_bias},
      {"fold_batchnorm", fold_batchnorm}, {"merge_branches", merge_branches},
      {"merge_gates", merge_gates},       {"merge_activations", merge_activations},
  };
  return passes;
}

std::vector<std::string> simplify_pass_names() {
  std::vector<std::string> names;
  for (const SimplifyPass& pass : simplify_passes()) names.emplace_back(pass.name);
  return names;
}

void simplify(Graph& graph, const PassObserver& observer) {
  infer_shapes(graph);
  // A later pass can make work for an earlier one (conv + add + batchnorm + add), so the list runs until a
  // whole round changes nothing. Every change removes a node, an operator or an attribute, so this ends.
  for (bool first_round = true, changed = true; changed; first_round = false) {
    changed = false;
    for (const SimplifyPass& pass : simplify_passes()) {
      const bool worked = pass.run(graph);
      if (worked) {
        compact(graph);
        infer_shapes(graph);
        verify(graph);
      }
      changed = changed || worked;
      if (observer && (worked || first_round)) observer(pass.name, graph);
    }
  }
  compact(graph);
  verify(graph);
}

}  // namespace trireme
