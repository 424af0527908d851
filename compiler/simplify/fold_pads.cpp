// SPDX-License-Identifier: Apache-2.0
// A Pad whose reader is a convolution or a pool becomes pads of its window. A convolution pads with zero
// (codes: the zero point), a maximum pool with what no element is below, an average pool, if it counts
// padding, with zero.
#include <algorithm>
#include <limits>

#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"
#include "model/graph/average_order.h"

namespace trireme {

namespace {

// The Pad that gives the node's data, if it only adds rows and columns and codes pass it as they are.
const Node* pad_before(const Graph& graph, const Node& node) {
  const NodeId producer = graph.values[node.inputs[0]].producer;
  if (producer == kNone || graph.nodes[producer].op != "pad") return nullptr;
  const Node& pad = graph.nodes[producer];
  const auto& a = attributes<PadAttributes>(pad);
  const bool rows_and_columns = a.mode == PadAttributes::Mode::constant && a.before.size() == 4 &&
                                a.before[0] == 0 && a.before[1] == 0 && a.after[0] == 0 && a.after[1] == 0;
  const bool adds = std::all_of(a.before.begin(), a.before.end(), [](std::int64_t n) { return n >= 0; }) &&
                    std::all_of(a.after.begin(), a.after.end(), [](std::int64_t n) { return n >= 0; });
  const bool same_codes =
      same_parameters(graph.values[pad.inputs[0]].quantization, graph.values[pad.outputs[0]].quantization);
  return rows_and_columns && adds && same_codes ? &pad : nullptr;
}

bool has_pads(const Window& w) {
  return w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0;
}

Window with_pads(Window w, const PadAttributes& pad) {
  w.pad_top += pad.before[2], w.pad_left += pad.before[3];
  w.pad_bottom += pad.after[2], w.pad_right += pad.after[3];
  return w;
}

// No window lies in the padding alone: engines pad by less than a kernel.
bool reaches_the_map(const Window& w) {
  const std::int64_t rows = (w.kernel_h - 1) * w.dilation_h, columns = (w.kernel_w - 1) * w.dilation_w;
  return w.pad_top <= rows && w.pad_bottom <= rows && w.pad_left <= columns && w.pad_right <= columns;
}

double lowest_code(DataType type) {
  return type == DataType::int8 ? -128 : type == DataType::int16 ? -32768 : 0;
}

// Nothing that the value can hold is below the number it is padded with.
bool pads_with_the_least(const Graph& graph, const Node& pad) {
  const double number = attributes<PadAttributes>(pad).value;
  const Value& data = graph.values[pad.inputs[0]];
  if (!data.quantization.quantized())
    return is_float(data.dtype) && number <= std::numeric_limits<float>::lowest();
  if (data.quantization.per_channel()) return false;
  const Tensor code = quantize(Tensor::of<float>({1}, {static_cast<float>(number)}), data.quantization);
  return element(code, 0) == lowest_code(code.dtype);
}

bool fold_into_convolution(const Graph& graph, Node& node, const Node& pad) {
  auto a = attributes<ConvolutionAttributes>(node);
  a.window = with_pads(a.window, attributes<PadAttributes>(pad));
  if (attributes<PadAttributes>(pad).value != 0 || !reaches_the_map(a.window)) return false;
  node.attributes = a;
  return graph.values[node.outputs[0]].shape.size() == 4;
}

// Rounding sizes up depends on where the map ends, so such pools keep their Pad; and so do averages of codes
// and of whole maps, whose roundings differ by rule.
bool fold_into_pool(const Graph& graph, Node& node, const Node& pad) {
  auto a = attributes<PoolingAttributes>(node);
  const bool average = a.type == PoolingAttributes::Type::avg;
  const bool counted = a.count_include_pad || !has_pads(a.window);
  const bool whole = covers_map(a.window, graph.values[pad.outputs[0]].shape);
  const bool zeros = average && counted && !whole && !touches_quantization(graph, node) &&
                     attributes<PadAttributes>(pad).value == 0;
  const bool least = a.type == PoolingAttributes::Type::max && pads_with_the_least(graph, pad);
  a.window = with_pads(a.window, attributes<PadAttributes>(pad));
  const bool dilated = a.window.dilation_h != 1 || a.window.dilation_w != 1;
  if (a.ceil_mode || dilated || !reaches_the_map(a.window) || (!zeros && !least)) return false;
  if (average) a.count_include_pad = true;
  node.attributes = a;
  return true;
}

}  // namespace

bool fold_pads(Graph& graph) {
  bool changed = false;
  for (Node& node : graph.nodes) {
    if (node.op != "convolution" && node.op != "pooling") continue;
    const Node* pad = pad_before(graph, node);
    if (pad == nullptr) continue;
    const bool folded = node.op == "convolution" ? fold_into_convolution(graph, node, *pad)
                                                 : fold_into_pool(graph, node, *pad);
    if (folded) node.inputs[0] = pad->inputs[0];
    changed = changed || folded;
  }
  return changed;
}

}  // namespace trireme
