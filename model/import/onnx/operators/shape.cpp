// SPDX-License-Identifier: Apache-2.0
// Operators that change the shape or the order of data.
#include <fmt/format.h>

#include <algorithm>

#include "model/import/onnx/operator_table.h"

namespace trireme {
namespace {

void reshape_to(OnnxNode& node, const Shape& shape) {
  node.result("reshape", ReshapeAttributes{shape}, {node.input(0)});
}

// 0 keeps the dimension of the input (unless allowzero), a single -1 takes what is left.
Shape resolve_shape(OnnxNode& node, Shape wanted, const Shape& data, bool allow_zero) {
  const std::string text = to_string(wanted);
  // Whatever the data has no elements of, the product of the other dimensions must not wrap.
  constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;
  const std::int64_t most = element_count(data) > 0 ? element_count(data) : kMaxElements;
  std::size_t open = wanted.size();
  std::int64_t known = 1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == 0 && !allow_zero && i < data.size()) wanted[i] = data[i];
    const bool second_open = wanted[i] == -1 && open < wanted.size();
    if (wanted[i] < -1 || second_open || (wanted[i] >= 1 && known > most / wanted[i])) {
      node.unsupported(fmt::format("cannot reshape {} to {}", to_string(data), text));
      throw NodeSkipped();
    }
    if (wanted[i] == -1) {
      open = i;
    } else {
      known *= wanted[i];
    }
  }
  if (open < wanted.size() && known > 0) wanted[open] = element_count(data) / known;
  return wanted;
}

void import_reshape(OnnxNode& node) {
  const bool allow_zero = node.flag("allowzero", false);
  std::vector<std::int64_t> wanted = node.integers("shape");
  if (node.has_input(1)) {
    wanted = node.constant_integers(1, "the shape");
  } else if (!node.has("shape")) {
    return node.unsupported("it has neither an input nor an attribute with the shape");
  }
  const Shape data = node.shape(0);
  reshape_to(node, resolve_shape(node, wanted, data, allow_zero));
}

void import_flatten(OnnxNode& node) {
  std::int64_t axis = node.integer("axis", 1);
  const Shape data = node.shape(0);
  const auto rank = static_cast<std::int64_t>(data.size());
  if (axis < -rank || axis > rank) {
    return node.unsupported(fmt::format("attribute 'axis' is {}", axis),
                            "the input has the shape " + to_string(data));
  }
  if (axis < 0) axis += rank;
  const std::int64_t rows = element_count(Shape(data.begin(), data.begin() + axis));
  reshape_to(node, {rows, element_count(Shape(data.begin() + axis, data.end()))});
}

// The axes of Squeeze and Unsqueeze (an attribute before opset 13, an input since) as flags on `rank`
// dimensions.
std::vector<bool> read_axes(OnnxNode& node, std::vector<std::int64_t> axes, std::size_t rank) {
  std::vector<bool> chosen(rank, false);
  const auto size = static_cast<std::int64_t>(rank);
  for (std::int64_t axis : axes) {
    const std::int64_t positive = axis < 0 ? axis + size : axis;
    if (axis < -size || axis >= size || chosen[static_cast<std::size_t>(positive)]) {
      node.unsupported(fmt::format("axes {} of {} dimensions", to_string(axes), rank),
                       "each axis once and in range");
      throw NodeSkipped();
    }
    chosen[static_cast<std::size_t>(positive)] = true;
  }
  return chosen;
}

void import_squeeze(OnnxNode& node) {
  std::vector<std::int64_t> axes = node.integers("axes");
  const bool all = !node.has("axes") && !node.has_input(1);
  if (node.has_input(1)) axes = node.constant_integers(1, "the list of axes");
  const Shape data = node.shape(0);
  const std::vector<bool> chosen = read_axes(node, axes, data.size());
  Shape result;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (chosen[i] && data[i] != 1) {
      return node.unsupported(fmt::format("it removes axis {} of {}", i, to_string(data)),
                              "its size must be 1");
    }
    const bool removed = chosen[i] || (all && data[i] == 1);
    if (!removed) result.push_back(data[i]);
  }
  reshape_to(node, result);
}

void import_unsqueeze(OnnxNode& node) {
  std::vector<std::int64_t> axes = node.integers("axes");
  if (node.has_input(1)) {
    axes = node.constant_integers(1, "the list of axes");
  } else if (!node.has("axes")) {
    return node.unsupported("it has neither an input nor an attribute with the axes");
  }
  const Shape data = node.shape(0);
  const std::vector<bool> inserted = read_axes(node, axes, data.size() + axes.size());
  Shape result;
  auto next = data.begin();
  for (const bool is_new : inserted) result.push_back(is_new ? 1 : *next++);
  reshape_to(node, result);
}

void import_transpose(OnnxNode& node) {
  std::vector<std::int64_t> perm = node.integers("perm");
  const Shape data = node.shape(0);
  if (!node.has("perm")) {
    for (std::size_t i = data.size(); i-- > 0;) perm.push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  bool each_once = sorted.size() == data.size();
  for (std::size_t i = 0; each_once && i < sorted.size(); ++i)
    each_once = sorted[i] == static_cast<std::int64_t>(i);
  if (!each_once) {
    return node.unsupported("attribute 'perm' is " + to_string(perm),
                            "every axis of the shape " + to_string(data) + " exactly once");
  }
  node.result("permute", PermuteAttributes{perm}, {node.input(0)});
}

void import_concat(OnnxNode& node) {
  if (!node.has("axis")) node.unsupported("attribute 'axis' is missing");
  const ConcatAttributes a{node.integer("axis", 1)};
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  node.result("concat", a, std::move(inputs));
}

void import_identity(OnnxNode& node) { node.result("noop", {}, {node.input(0)}); }

// In inference nothing is dropped. The ratio is an attribute or, since opset 12, an input; both don't matter
// then.
void import_dropout(OnnxNode& node) {
  node.real("ratio", 0.5F);
  node.integer("seed", 0);
  if (node.has_input(2)) {
    const Tensor& training = node.constant(2, "training_mode");
    if (training.size() != 1 || element(training, 0) != 0) {
      return node.unsupported("training_mode is set", "export the model for inference: model.eval()");
    }
  }
  import_identity(node);
  if (!node.output_used(1)) return;
  // The mask of what is kept: everything.
  const Tensor none = filled_tensor(node.shape(0), Tensor(DataType::boolean, {}), node.budget());
  node.result_at(1, "logical_not", {}, {node.step_constant("_dropped", none)});
}

}  // namespace

const OnnxFamily& onnx_shape_family() {
  static const OnnxFamily rows = {
      {"Reshape", 1, 2, {"allowzero", "shape"}, import_reshape},
      {"Flatten", 1, 1, {"axis"}, import_flatten},
      {"Squeeze", 1, 2, {"axes"}, import_squeeze},
      {"Unsqueeze", 1, 2, {"axes"}, import_unsqueeze},
      {"Transpose", 1, 1, {"perm"}, import_transpose},
      {"Concat", 1, kAnyNumberOfInputs, {"axis"}, import_concat},
      {"Identity", 1, 1, {}, import_identity},
      {"Dropout", 1, 3, {"ratio", "seed"}, import_dropout, 2},
  };
  return rows;
}

}  // namespace trireme
