// SPDX-License-Identifier: Apache-2.0
// Operators that only files of other tools have (formats.md, appendices A and B), as operators of the graph.
#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/layers/axes.h"
#include "model/import/strided_slice.h"
#include "support/text.h"

namespace trireme {
namespace {

// A sum of two may be weighted, of which 1 and -1 are the graph's operators.
std::any read_eltwise(LayerParameters& p) {
  p.text("operation");
  if (p.has("coeff")) p.reals("coeff");
  return {};
}
// One after the other, two at a time.
void fold_inputs(LayerSteps& steps, const std::string& op) {
  std::vector<ValueId>& inputs = steps.node.inputs;
  if (inputs.size() > 2 && (op == "subtract" || op == "divide"))
    throw Error({}, std::to_string(inputs.size()) + " inputs", "differences and quotients have 2");
  for (std::size_t i = 1; i + 1 < inputs.size(); ++i)
    inputs[i] = steps.step("/part" + std::to_string(i), op, {}, {inputs[i - 1], inputs[i]});
  if (inputs.size() > 2) inputs.erase(inputs.begin(), inputs.end() - 2);
  steps.becomes(op, {});
}

void resolve_eltwise(LayerParameters& p, LayerSteps& steps) {
  const std::string operation = p.text("operation");
  const std::vector<float> weights = p.has("coeff") ? p.reals("coeff") : std::vector<float>{};
  const bool plain = std::all_of(weights.begin(), weights.end(), [](float weight) { return weight == 1; });
  const bool difference = operation == "SUM" && weights == std::vector<float>{1, -1};
  if (!plain && !difference)
    p.complain("coeff", "has other weights than 1", "1 and 1, or, of a SUM, 1 and -1");
  constexpr std::pair<const char*, const char*> kOperations[] = {{"SUM", "add"},       {"SUB", "subtract"},
                                                                 {"PROD", "multiply"}, {"DIV", "divide"},
                                                                 {"MAX", "maximum"},   {"MIN", "minimum"}};
  for (const auto& [word, op] : kOperations) {
    if (operation == word) return fold_inputs(steps, difference ? "subtract" : op);
  }
  p.complain("operation", "is '" + printable(operation) + "'", "SUM, SUB, PROD, DIV, MAX or MIN");
}

void resolve_real_div(LayerParameters&, LayerSteps& steps) { steps.becomes("divide", {}); }

// Nothing is dropped when a network is run.
std::any read_dropout(LayerParameters& p) {
  p.ignore({"ratio", "scale_train"});
  return {};
}
void resolve_dropout(LayerParameters&, LayerSteps& steps) { steps.becomes("noop", {}); }

// From axis 1 on, where tools agree. All flattened maps of the public files say axis 3 (formats.md, appendix
// A): their channels, which are the first axis behind the batch where the network came from. [I]
std::any read_flatten(LayerParameters& p) {
  const std::int64_t axis = p.integer("axis", 1);
  if (axis != 1 && axis != 3) p.complain("axis", "is " + std::to_string(axis), "1, or 3 of maps");
  return {};
}
void resolve_flatten(LayerParameters& p, LayerSteps& steps) {
  const Shape& data = steps.shape();
  if (data.empty()) throw Error({}, "input 0 has no dimensions");
  if (p.integer("axis", 1) == 3) {
    if (data.size() != 4)
      return p.complain("axis", "is 3 for the shape " + to_string(data), "1, or 3 of four dimensions");
    steps.graph.notes.push_back("layer '" + printable(steps.node.lid) +
                                "': axis 3 is taken for the channels; all behind the batch is flattened");
  }
  steps.becomes("reshape", ReshapeAttributes{{data[0], element_count(data) / data[0]}});
}

std::any read_squeeze(LayerParameters& p) {
  p.ignore({"name"});
  if (p.has("axis_list")) p.integers("axis_list");
  return {};
}
void resolve_squeeze(LayerParameters& p, LayerSteps& steps) {
  const Shape& data = steps.shape();
  const std::vector<std::int64_t> axes = p.has("axis_list") ? p.integers("axis_list") : Shape{};
  std::vector<bool> dropped(data.size(), false);
  for (const std::int64_t given : axes) {
    const std::size_t axis = axis_of(given, data.size());
    if (data[axis] != 1)
      throw Error({}, "axis " + std::to_string(axis) + " of " + to_string(data) + " is not 1");
    dropped[axis] = true;
  }
  Shape shape;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (axes.empty() ? data[i] != 1 : !dropped[i]) shape.push_back(data[i]);
  }
  steps.becomes("reshape", ReshapeAttributes{shape});
}

StridedRanges read_ranges(LayerParameters& p) {
  StridedRanges r;
  r.begin = p.integers("slice_begin");
  r.end = p.integers("slice_end");
  r.step = p.has("slice_strides") ? p.integers("slice_strides") : Shape(r.begin.size(), 1);
  r.begin_mask = p.integer("slice_begin_mask", 0);
  r.end_mask = p.integer("slice_end_mask", 0);
  r.ellipsis_mask = p.integer("slice_ellipsis_mask", 0);
  r.new_axis_mask = p.integer("slice_new_axis_mask", 0);
  r.shrink_axis_mask = p.integer("slice_shrink_axis_mask", 0);
  p.ignore({"slice_strides"});
  return r;
}
std::any read_strided_slice(LayerParameters& p) { return read_ranges(p); }
void resolve_strided_slice(LayerParameters& p, LayerSteps& steps) {
  const StridedSlice cut = resolve_strided(steps.shape(), read_ranges(p));
  if (cut.shape == cut.slice.size) return steps.becomes("slice", cut.slice);
  steps.node.inputs[0] = steps.step("/part", "slice", cut.slice, {steps.node.inputs[0]});
  steps.becomes("reshape", ReshapeAttributes{cut.shape});
}

std::any read_expand_broadcast(LayerParameters& p) { return ExpandAttributes{p.integers("shape")}; }
void resolve_expand_broadcast(LayerParameters&, LayerSteps& steps) { steps.node.op = "expand"; }

std::any read_reverse(LayerParameters& p) {
  p.integers("axis");
  return {};
}
void resolve_reverse(LayerParameters& p, LayerSteps& steps) {
  const Shape& data = steps.shape();
  SliceAttributes a{Shape(data.size(), 0), data, Shape(data.size(), 1)};
  for (const std::int64_t given : p.integers("axis")) {
    const std::size_t axis = axis_of(given, data.size());
    a.begin[axis] = data[axis] - 1;
    a.step[axis] = -1;
  }
  steps.becomes("slice", a);
}

// Along a new axis: each input gets it, then they stand one behind the other.
std::any read_stack(LayerParameters& p) { return ConcatAttributes{p.integer("axis", 0)}; }
void resolve_stack(LayerParameters&, LayerSteps& steps) {
  const Shape data = steps.shape();
  const std::size_t axis = axis_of(attributes<ConcatAttributes>(steps.node).axis, data.size() + 1);
  Shape shape = data;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  for (std::size_t i = 0; i < steps.node.inputs.size(); ++i) {
    if (steps.shape(i) != data)
      throw Error({}, "inputs of " + to_string(data) + " and " + to_string(steps.shape(i)), "equal shapes");
    steps.node.inputs[i] =
        steps.step("/part" + std::to_string(i), "reshape", ReshapeAttributes{shape}, {steps.node.inputs[i]});
  }
  steps.becomes("concat", ConcatAttributes{static_cast<std::int64_t>(axis)});
}

// Each output is one element of the axis, which goes.
std::any read_unstack(LayerParameters& p) { return SplitAttributes{p.integer("axis", 0), {}}; }
void resolve_unstack(LayerParameters&, LayerSteps& steps) {
  unstack(steps, attributes<SplitAttributes>(steps.node).axis);
}

// Mean and, if it is asked for, variance, as TensorFlow's nn.moments gives them. [I]
std::any read_moments(LayerParameters& p) {
  using Type = ReduceAttributes::Type;
  return ReduceAttributes{Type::mean, p.integers("axis_list"), p.flag("keep_dims", false)};
}
void resolve_moments(LayerParameters&, LayerSteps& steps) {
  if (steps.results.size() > 2) throw Error({}, "has more than two outputs", "mean and variance");
  const auto a = attributes<ReduceAttributes>(steps.node);
  const ValueId data = steps.node.inputs.at(0);
  if (steps.results.size() == 2) {
    ReduceAttributes kept = a;
    kept.keep_dims = true;
    const ValueId mean = steps.step("/mean", "reduce", kept, {data});
    const ValueId distance = steps.step("/distance", "subtract", {}, {data, mean});
    Node variance;
    variance.name = steps.node.name + "/variance";
    variance.op = "reduce";
    variance.attributes = a;
    variance.inputs = {steps.step("/square", "square", {}, {distance})};
    variance.outputs = {steps.results[1]};
    steps.behind.push_back(std::move(variance));
    steps.node.outputs = {steps.results[0]};
  }
  steps.becomes("reduce", a);
}

std::any read_l2_scale(LayerParameters& p) {
  p.ignore({"eps"});
  NormAttributes a;
  a.axis = p.integer("l2n_dim");
  return a;
}
void resolve_l2_scale(LayerParameters&, LayerSteps& steps) {
  const auto& a = attributes<NormAttributes>(steps.node);
  const std::size_t rank = steps.shape().size(), axis = axis_of(a.axis, rank);
  Shape scale(rank - axis, 1);
  scale[0] = steps.input(1).constant == nullptr ? 0 : steps.input(1).constant->size();
  const ValueId factor = steps.reshaped_constant(1, scale);
  const ValueId normal = steps.step("/normal", "l2normalize", steps.node.attributes, {steps.node.inputs[0]});
  steps.node.inputs = {normal, factor};
  steps.becomes("multiply", {});
}

// As Darknet, whose layer of this name has a stride and nothing else, orders the elements: the memory of the
// maps is read as maps of s*s times the area and as many fewer channels, whose pixels become channels. [I]
std::any read_reorg(LayerParameters& p) {
  const std::int64_t stride = p.integer("stride", 2);
  if (stride < 1) p.complain("stride", "is " + std::to_string(stride), "1 or more");
  return BlockAttributes{stride, stride, false};
}
void resolve_reorg(LayerParameters& p, LayerSteps& steps) {
  const Shape in = steps.shape();
  const auto a = attributes<BlockAttributes>(steps.node);
  const std::int64_t s = a.block_h;
  if (in.size() != 4 || in[1] % s != 0 || in[1] / s % s != 0 || in[2] % s != 0 || in[3] % s != 0)
    return p.complain("stride", "is " + std::to_string(s) + " for the shape " + to_string(in),
                      "rows and columns in whole strides, channels in its square");
  const ValueId wide =
      steps.step("/wide", "reshape", ReshapeAttributes{{in[0], in[1] / s / s, in[2] * s, in[3] * s}},
                 {steps.node.inputs[0]});
  steps.node.inputs[0] = steps.step("/phases", "space2depth", a, {wide});
  steps.becomes("reshape", ReshapeAttributes{{in[0], in[1] * s * s, in[2] / s, in[3] / s}});
  steps.graph.notes.push_back("layer '" + printable(steps.node.lid) +
                              "': its elements are taken to be in Darknet's order");
}

}  // namespace

const LayerFamily& foreign_layers() {
  static const LayerFamily rows = {
      {"eltwise", {}, 0, nullptr, read_eltwise, resolve_eltwise},
      {"real_div", {}, 0, nullptr, nullptr, resolve_real_div},
      {"dropout", {}, 0, nullptr, read_dropout, resolve_dropout, false, Channels::followed},
      {"flatten", {}, 0, nullptr, read_flatten, resolve_flatten},
      {"squeeze", {}, 0, nullptr, read_squeeze, resolve_squeeze},
      {"stridedslice", {}, 0, nullptr, read_strided_slice, resolve_strided_slice},
      {"expand_broadcast", {}, 0, nullptr, read_expand_broadcast, resolve_expand_broadcast},
      {"reverse", {}, 0, nullptr, read_reverse, resolve_reverse},
      {"stack", {}, 0, nullptr, read_stack, resolve_stack},
      {"unstack", {}, 0, nullptr, read_unstack, resolve_unstack},
      {"moments", {}, 0, nullptr, read_moments, resolve_moments},
      {"reorg", {}, 0, nullptr, read_reorg, resolve_reorg, false, Channels::second},
      {"l2normalizescale", {"scale"}, 0, nullptr, read_l2_scale, resolve_l2_scale},
  };
  return rows;
}

}  // namespace trireme
