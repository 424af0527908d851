// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/import/onnx/operator_table.h"
#include "model/import/onnx/operators/axes.h"

namespace trireme {
namespace {

// Of one element all that a reduction does to it: |x| (L1, L2), log x, x * x. Sums, means, extremes and
// log(exp x) are x itself.
bool changes_one_element(ReduceAttributes::Type type) {
  using Type = ReduceAttributes::Type;
  return type == Type::l1 || type == Type::l2 || type == Type::log_sum || type == Type::sum_square;
}

// The axes are an attribute, or, since opset 13 (ReduceSum) and 18, an input. None means all of them, or,
// noop_with_empty_axes, each element for itself.
template <ReduceAttributes::Type type>
void import_reduce(OnnxNode& node) {
  ReduceAttributes a;
  a.type = type;
  a.axes = node.integers("axes");
  a.keep_dims = node.flag("keepdims", true);
  const bool noop = node.flag("noop_with_empty_axes", false);
  if (node.has_input(1)) a.axes = node.constant_integers(1, "the list of axes");
  if (a.axes.empty() && noop) {
    if (changes_one_element(type)) return node.result("reduce", a, {node.input(0)});
    return node.result("noop", {}, {node.input(0)});
  }
  if (a.axes.empty()) a.axes = every_axis(node.shape(0).size());
  node.result("reduce", a, {node.input(0)});
}

void import_arg(OnnxNode& node, const char* op) {
  ArgAttributes a;
  a.axis = node.integer("axis", 0);
  a.keep_dims = node.flag("keepdims", true);
  a.select_last_index = node.flag("select_last_index", false);
  node.result(op, a, {node.input(0)});
}

void import_argmax(OnnxNode& node) { import_arg(node, "argmax"); }
void import_argmin(OnnxNode& node) { import_arg(node, "argmin"); }

// One number, from an input.
std::int64_t constant_integer(OnnxNode& node, std::size_t input, const char* role) {
  const std::vector<std::int64_t> list = node.constant_integers(input, role);
  if (list.size() == 1) return list[0];
  node.unsupported(fmt::format("{} is {}", role, to_string(list)), "one number");
  throw NodeSkipped();
}

void import_topk(OnnxNode& node) {
  TopkAttributes a;
  a.axis = node.integer("axis", -1);
  a.k = node.integer("k", 0);
  a.largest = node.flag("largest", true);
  a.sorted = node.flag("sorted", true);
  if (node.has_input(1)) a.k = constant_integer(node, 1, "k");
  node.results("topk", a, {node.input(0)}, 2);
}

void import_cumsum(OnnxNode& node) {
  CumsumAttributes a;
  a.exclusive = node.flag("exclusive", false);
  a.reverse = node.flag("reverse", false);
  a.axis = constant_integer(node, 1, "the axis");
  node.result("cumsum", a, {node.input(0)});
}

}  // namespace

const OnnxFamily& onnx_reduction_family() {
  using Type = ReduceAttributes::Type;
  const std::vector<std::string> reduces = {"axes", "keepdims", "noop_with_empty_axes"};
  static const OnnxFamily rows = {
      {"ReduceSum", 1, 2, reduces, import_reduce<Type::sum>},
      {"ReduceMean", 1, 2, reduces, import_reduce<Type::mean>},
      {"ReduceMax", 1, 2, reduces, import_reduce<Type::max>},
      {"ReduceMin", 1, 2, reduces, import_reduce<Type::min>},
      {"ReduceProd", 1, 2, reduces, import_reduce<Type::prod>},
      {"ReduceL1", 1, 2, reduces, import_reduce<Type::l1>},
      {"ReduceL2", 1, 2, reduces, import_reduce<Type::l2>},
      {"ReduceLogSum", 1, 2, reduces, import_reduce<Type::log_sum>},
      {"ReduceLogSumExp", 1, 2, reduces, import_reduce<Type::log_sum_exp>},
      {"ReduceSumSquare", 1, 2, reduces, import_reduce<Type::sum_square>},
      {"ArgMax", 1, 1, {"axis", "keepdims", "select_last_index"}, import_argmax},
      {"ArgMin", 1, 1, {"axis", "keepdims", "select_last_index"}, import_argmin},
      {"TopK", 1, 2, {"axis", "k", "largest", "sorted"}, import_topk, 2},
      {"CumSum", 2, 2, {"exclusive", "reverse"}, import_cumsum},
  };
  return rows;
}

}  // namespace trireme
