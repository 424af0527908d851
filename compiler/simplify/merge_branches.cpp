// SPDX-License-Identifier: Apache-2.0
// Two convolutions of one value that are added are one convolution, by the sum of their kernels: a 1xk and a
// kx1 kernel fill the cross of a kxk one. Exact in real numbers; the order of float sums changes, so codes
// are left alone.
#include <algorithm>

#include "compiler/simplify/passes.h"
#include "compiler/simplify/rewrite.h"
#include "model/graph/attributes.h"

namespace trireme {

namespace {

const Window& window_of(const Node& node) { return attributes<ConvolutionAttributes>(node).window; }

// Weights and bias are constants of float32, the kernel is not dilated.
bool is_plain(const Graph& graph, const Node& node) {
  const auto constant = [&](std::size_t i) {
    return is_constant(graph, node.inputs[i]) &&
           graph.values[node.inputs[i]].constant->dtype == DataType::float32;
  };
  const Window& w = window_of(node);
  return !touches_quantization(graph, node) && w.dilation_h == 1 && w.dilation_w == 1 && constant(1) &&
         (node.inputs.size() < 3 || node.inputs[2] == kNone || constant(2));
}

bool is_line(const Window& w) { return w.kernel_h == 1 || w.kernel_w == 1; }

// Pairs of a row and a column only: of other shapes the merged kernel need not be cheaper.
bool are_a_cross(const Graph& graph, const Node& a, const Node& b) {
  const auto &first = attributes<ConvolutionAttributes>(a), &second = attributes<ConvolutionAttributes>(b);
  const Window &v = first.window, &w = second.window;
  const bool lines = is_line(v) && is_line(w) && v.kernel_h * w.kernel_h == v.kernel_w * w.kernel_w;
  return lines && a.inputs[0] == b.inputs[0] && first.groups == second.groups && v.stride_h == w.stride_h &&
         v.stride_w == w.stride_w && is_plain(graph, a) && is_plain(graph, b) &&
         graph.values[a.outputs[0]].shape == graph.values[b.outputs[0]].shape;
}

// Along one axis: the kernel that holds both, laid on each other where their windows begin.
struct Extent {
  std::int64_t kernel, pad_begin, pad_end;
};

Extent cover(std::int64_t kernel_a, std::int64_t pad_a, std::int64_t kernel_b, std::int64_t pad_b,
             std::int64_t stride, std::int64_t input, std::int64_t output) {
  const std::int64_t pad = std::max(pad_a, pad_b);
  const std::int64_t kernel = pad + std::max(kernel_a - pad_a, kernel_b - pad_b);
  // As much at the end as the last window needs.
  return {kernel, pad, std::max<std::int64_t>((output - 1) * stride + kernel - input - pad, 0)};
}

Window merged(const Graph& graph, const Node& a, const Node& b) {
  const Window &v = window_of(a), &w = window_of(b);
  const Shape &in = graph.values[a.inputs[0]].shape, &out = graph.values[a.outputs[0]].shape;
  const Extent rows = cover(v.kernel_h, v.pad_top, w.kernel_h, w.pad_top, v.stride_h, in[2], out[2]);
  const Extent columns = cover(v.kernel_w, v.pad_left, w.kernel_w, w.pad_left, v.stride_w, in[3], out[3]);
  Window result = v;
  result.kernel_h = rows.kernel, result.pad_top = rows.pad_begin, result.pad_bottom = rows.pad_end;
  result.kernel_w = columns.kernel, result.pad_left = columns.pad_begin, result.pad_right = columns.pad_end;
  return result;
}

// Adds a kernel to the larger one; both sums are rounded once.
void add_kernel(const Graph& graph, const Node& node, const Window& whole, Tensor& sum) {
  const Window& w = window_of(node);
  const Tensor& kernel = *graph.values[node.inputs[1]].constant;
  const std::int64_t down = whole.pad_top - w.pad_top, right = whole.pad_left - w.pad_left;
  const std::int64_t planes = kernel.shape[0] * kernel.shape[1], size = w.kernel_h * w.kernel_w;
  for (std::int64_t i = 0; i < planes * size; ++i) {
    const std::int64_t y = i % size / w.kernel_w + down, x = i % w.kernel_w + right;
    sum.data<float>()[(i / size * whole.kernel_h + y) * whole.kernel_w + x] += kernel.data<float>()[i];
  }
}

void add_bias(const Graph& graph, const Node& node, Tensor& sum) {
  if (node.inputs.size() < 3 || node.inputs[2] == kNone) return;
  const Tensor& bias = *graph.values[node.inputs[2]].constant;
  for (std::int64_t i = 0; i < bias.size(); ++i) sum.data<float>()[i] += bias.data<float>()[i];
}

// `add` becomes the convolution; the two in front of it are dead then.
bool merge(Graph& graph, NodeId add) {
  const Node& sum = graph.nodes[add];
  if (sum.op != "add" || sum.inputs.size() != 2 || sum.inputs[0] == sum.inputs[1] ||
      touches_quantization(graph, sum))
    return false;
  const NodeId a = sole_producer(graph, sum.inputs[0], {"convolution"});
  const NodeId b = sole_producer(graph, sum.inputs[1], {"convolution"});
  if (a == kNone || b == kNone || !are_a_cross(graph, graph.nodes[a], graph.nodes[b])) return false;
  const Window window = merged(graph, graph.nodes[a], graph.nodes[b]);
  const Shape one = graph.values[graph.nodes[a].inputs[1]].shape;
  Tensor kernel(DataType::float32, {one[0], one[1], window.kernel_h, window.kernel_w});
  Tensor bias(DataType::float32, {one[0]});
  for (const NodeId id : {a, b}) {
    add_kernel(graph, graph.nodes[id], window, kernel);
    add_bias(graph, graph.nodes[id], bias);
  }
  Node& node = graph.nodes[add];
  node.op = "convolution";
  node.attributes =
      ConvolutionAttributes{window, attributes<ConvolutionAttributes>(graph.nodes[a]).groups, false};
  node.inputs = {graph.nodes[a].inputs[0]};
  set_constant_input(graph, add, 1, "weight", std::move(kernel));
  set_constant_input(graph, add, 2, "bias", std::move(bias));
  return true;
}

}  // namespace

bool merge_branches(Graph& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) changed = merge(graph, id) || changed;
  return changed;
}

}  // namespace trireme
