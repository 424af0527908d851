// SPDX-License-Identifier: Apache-2.0
#include "compiler/simplify/carry_axes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "model/graph/attributes.h"

namespace trireme {

namespace {

using Carry = std::optional<CarriedNode> (*)(const Node& node, const Permutation& perm);

std::int64_t at(const Permutation& perm, std::int64_t axis) { return perm[static_cast<std::size_t>(axis)]; }

std::optional<CarriedNode> same(const Node& node, const Permutation& perm) {
  return CarriedNode{node.attributes, perm};
}

template <typename Attributes>
std::optional<CarriedNode> one_axis(const Node& node, const Permutation& perm) {
  Attributes a = attributes<Attributes>(node);
  a.axis = at(perm, a.axis);
  return CarriedNode{a, perm};
}

// A list with one entry an axis.
std::vector<std::int64_t> reordered(const std::vector<std::int64_t>& list, const Permutation& perm) {
  std::vector<std::int64_t> result(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) result[static_cast<std::size_t>(perm[i])] = list[i];
  return result;
}

std::optional<CarriedNode> carry_slice(const Node& node, const Permutation& perm) {
  const auto& a = attributes<SliceAttributes>(node);
  return CarriedNode{
      SliceAttributes{reordered(a.begin, perm), reordered(a.size, perm), reordered(a.step, perm)}, perm};
}

std::optional<CarriedNode> carry_pad(const Node& node, const Permutation& perm) {
  PadAttributes a = attributes<PadAttributes>(node);
  a.before = reordered(a.before, perm);
  a.after = reordered(a.after, perm);
  return CarriedNode{a, perm};
}

std::optional<CarriedNode> carry_tile(const Node& node, const Permutation& perm) {
  return CarriedNode{TileAttributes{reordered(attributes<TileAttributes>(node).repeats, perm)}, perm};
}

// The permutation of the axes that are left when some are dropped, numbered anew on both sides.
Permutation without(const Permutation& perm, const std::set<std::int64_t>& dropped_inputs) {
  Permutation result;
  for (const std::int64_t axis : perm) {
    if (dropped_inputs.count(axis) != 0) continue;
    const auto before = std::distance(dropped_inputs.begin(), dropped_inputs.lower_bound(axis));
    result.push_back(axis - before);
  }
  return result;
}

std::optional<CarriedNode> carry_reduce(const Node& node, const Permutation& perm) {
  ReduceAttributes a = attributes<ReduceAttributes>(node);
  std::vector<std::int64_t> axes;
  for (const std::int64_t axis : a.axes) axes.push_back(at(perm, axis));
  // Sums of floats in another order round differently.
  if (!std::is_sorted(axes.begin(), axes.end())) return {};
  a.axes = axes;
  return CarriedNode{a, a.keep_dims ? perm : without(perm, {axes.begin(), axes.end()})};
}

std::optional<CarriedNode> carry_arg(const Node& node, const Permutation& perm) {
  ArgAttributes a = attributes<ArgAttributes>(node);
  a.axis = at(perm, a.axis);
  return CarriedNode{a, a.keep_dims ? perm : without(perm, {a.axis})};
}

std::map<std::string, Carry> make_table() {
  std::map<std::string, Carry> table = {
      {"concat", one_axis<ConcatAttributes>},
      {"softmax", one_axis<SoftmaxAttributes>},
      {"split", one_axis<SplitAttributes>},
      {"cumsum", one_axis<CumsumAttributes>},
      {"slice", carry_slice},
      {"pad", carry_pad},
      {"tile", carry_tile},
      {"reduce", carry_reduce},
      {"argmax", carry_arg},
      {"argmin", carry_arg},
  };
  // Element by element; those of several inputs broadcast.
  for (const char* op :
       {"abs",        "acos",       "acosh",       "add",          "asin",        "asinh",
        "atan",       "atanh",      "cast",        "ceil",         "celu",        "cos",
        "cosh",       "dequantize", "divide",      "elu",          "equal",       "erf",
        "exp",        "floor",      "fmod",        "gelu",         "greater",     "greater_equal",
        "is_inf",     "is_nan",     "hard_swish",  "hard_sigmoid", "leakyrelu",   "less",
        "less_equal", "log",        "logical_and", "logical_not",  "logical_or",  "maximum",
        "minimum",    "mish",       "mod",         "multiply",     "neg",         "noop",
        "not_equal",  "pow",        "prelu",       "quantize",     "reciprocal",  "relu",
        "relun",      "round",      "rsqrt",       "selu",         "sigmoid",     "sign",
        "sin",        "sinh",       "softrelu",    "softsign",     "sqrt",        "square",
        "subtract",   "swish",      "tan",         "tanh",         "logical_xor", "thresholdedrelu",
        "where"}) {
    table.emplace(op, same);
  }
  table.emplace("squared_difference", same);
  return table;
}

}  // namespace

Permutation inverse(const Permutation& perm) {
  Permutation result(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    result[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  return result;
}

bool is_identity(const Permutation& perm) { return std::is_sorted(perm.begin(), perm.end()); }

bool keeps_order(const Permutation& perm, const Shape& input) {
  std::int64_t last = -1;
  for (const std::int64_t axis : perm) {
    if (input[static_cast<std::size_t>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

std::optional<CarriedNode> carry(const Node& node, const Permutation& perm) {
  static const std::map<std::string, Carry> table = make_table();
  const auto row = table.find(node.op);
  if (row == table.end()) return {};
  return row->second(node, perm);
}

}  // namespace trireme
