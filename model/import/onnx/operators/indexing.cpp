// SPDX-License-Identifier: Apache-2.0
// Operators that read or write elements at places that another input names.
#include <fmt/format.h>

#include <cmath>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

void import_gather(OnnxNode& node) {
  const GatherAttributes a{node.integer("axis", 0)};
  node.result("gather", a, {node.input(0), node.input(1)});
}

void import_gather_elements(OnnxNode& node) {
  const GatherAttributes a{node.integer("axis", 0)};
  node.result("gather_elements", a, {node.input(0), node.input(1)});
}

void import_gather_nd(OnnxNode& node) {
  const GatherNdAttributes a{node.integer("batch_dims", 0)};
  node.result("gathernd", a, {node.input(0), node.input(1)});
}

void import_scatter(OnnxNode& node, const char* op) {
  using Reduction = ScatterAttributes::Reduction;
  const std::vector<std::pair<std::string, Reduction>> reductions = {{"none", Reduction::none},
                                                                     {"add", Reduction::add},
                                                                     {"mul", Reduction::mul},
                                                                     {"max", Reduction::max},
                                                                     {"min", Reduction::min}};
  const ScatterAttributes a{node.integer("axis", 0), choice(node, "reduction", "none", reductions)};
  node.result(op, a, {node.input(0), node.input(1), node.input(2)});
}

void import_scatter_elements(OnnxNode& node) { import_scatter(node, "scatter_elements"); }
void import_scatter_nd(OnnxNode& node) { import_scatter(node, "scatternd"); }

void import_one_hot(OnnxNode& node) {
  OneHotAttributes a{node.integer("axis", -1), 1};
  const Tensor& depth = node.constant(1, "the depth");
  const double count = depth.size() == 1 ? element(depth, 0) : 0;
  if (!(count >= 1 && count <= 1e9)) return node.unsupported(fmt::format("the depth is {}", count));
  a.depth = static_cast<std::int64_t>(count);
  node.result("one_hot", a, {node.input(0), node.input(2)});
}

}  // namespace

const OnnxFamily& onnx_indexing_family() {
  static const OnnxFamily rows = {
      {"Gather", 2, 2, {"axis"}, import_gather},
      {"GatherElements", 2, 2, {"axis"}, import_gather_elements},
      {"GatherND", 2, 2, {"batch_dims"}, import_gather_nd},
      {"Scatter", 3, 3, {"axis"}, import_scatter_elements},  // its name before opset 11
      {"ScatterElements", 3, 3, {"axis", "reduction"}, import_scatter_elements},
      {"ScatterND", 3, 3, {"reduction"}, import_scatter_nd},
      {"OneHot", 3, 3, {"axis"}, import_one_hot},
  };
  return rows;
}

}  // namespace trireme
