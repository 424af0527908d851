// SPDX-License-Identifier: Apache-2.0
// One function a kind of advice. Which shapes an engine likes: formats.md §10, hardware.md.
#include "model/import/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/graph/attributes.h"
#include "model/graph/operators.h"

namespace trireme {
namespace {

struct Advice {
  const Graph& graph;
  std::vector<Problem> list;
  void add(const Node& node, std::string what, std::string hint) {
    list.push_back(
        {"node '" + printable(node.name) + "' (" + node.op + ")", std::move(what), std::move(hint)});
  }
};

void check_batch(Advice& advice) {
  for (const ValueId id : advice.graph.inputs) {
    const Value& input = advice.graph.values[id];
    if (input.shape.size() != 4 || input.shape[0] <= 1) continue;
    advice.list.push_back({"input '" + printable(input.name) + "'",
                           fmt::format("a batch of {}", input.shape[0]),
                           "a batch of 1 has the shortest latency and the smallest buffers"});
  }
}

void check_window(Advice& advice, const Node& node, const Window& w) {
  constexpr std::int64_t kLargestSpan = 15;
  const std::int64_t span_h = (w.kernel_h - 1) * w.dilation_h + 1;
  const std::int64_t span_w = (w.kernel_w - 1) * w.dilation_w + 1;
  const std::string kernel = fmt::format("a kernel of {}x{}", w.kernel_h, w.kernel_w);
  const bool dilated = w.dilation_h != 1 || w.dilation_w != 1;
  if (dilated) {
    advice.add(node, fmt::format("a dilation of {}x{}", w.dilation_h, w.dilation_w),
               "the engines read every row of the window: 3x3 kernels in sequence cover as much");
  }
  if (span_h > kLargestSpan || span_w > kLargestSpan) {
    advice.add(node, dilated ? kernel + fmt::format(" that spans {}x{}", span_h, span_w) : kernel,
               fmt::format("the convolution engine takes windows up to {0}x{0}: several smaller kernels in "
                           "sequence",
                           kLargestSpan));
  } else if (w.kernel_h != w.kernel_w) {
    advice.add(node, kernel, "square kernels run best");
  }
}

void check_stride(Advice& advice, const Node& node, const Window& w) {
  if (w.stride_h == w.stride_w && w.stride_h <= 2) return;
  advice.add(node, fmt::format("a stride of {}x{}", w.stride_h, w.stride_w), "1x1 and 2x2 run best");
}

void check_groups(Advice& advice, const Node& node, std::int64_t groups) {
  const std::int64_t channels = advice.graph.values[node.inputs[0]].shape[1];
  if (groups == 1 || groups == channels) return;
  advice.add(node, fmt::format("{} groups of {} channels", groups, channels / groups),
             "each group is a convolution of its own: one group, or one a channel (depthwise)");
}

void check_convolutions(Advice& advice) {
  for (const Node& node : advice.graph.nodes) {
    if (node.op == "convolution") {
      const auto& a = attributes<ConvolutionAttributes>(node);
      check_window(advice, node, a.window);
      check_stride(advice, node, a.window);
      check_groups(advice, node, a.groups);
    } else if (node.op == "deconvolution") {
      const auto& a = attributes<DeconvolutionAttributes>(node);
      check_window(advice, node, a.window);
      check_groups(advice, node, a.groups);
    }
  }
}

bool is_layer(const Node& node) {
  return node.op == "convolution" || node.op == "deconvolution" || node.op == "fullconnect" ||
         node.op == "lstm" || node.op == "gru";
}

// What follows the last layer with weights: a softmax is usual, a decoder of boxes is better on the host.
void check_postprocessing(Advice& advice) {
  constexpr std::size_t kUsual = 6;
  const std::vector<Node>& nodes = advice.graph.nodes;
  for (const Node& node : nodes) {
    if (node.op != "nms" && node.op != "topk") continue;
    advice.add(node, "post-processing in the graph", "cut the model before it: --outputs");
  }
  const auto last = std::find_if(nodes.rbegin(), nodes.rend(), is_layer);
  const auto behind = static_cast<std::size_t>(last - nodes.rbegin());
  if (last == nodes.rend() || behind <= kUsual) return;
  const std::string output = printable(advice.graph.values[last->outputs[0]].name);
  advice.add(
      *last, fmt::format("{} nodes behind the last layer", behind),
      "decoding is cheaper on the host: cut with --outputs at the layers' results, such as '" + output + "'");
}

// In a quantized network: what is computed on real numbers although codes come in and go out.
void check_float_operators(Advice& advice) {
  const Graph& graph = advice.graph;
  const auto on_codes = [&](ValueId id) { return id != kNone && graph.values[id].quantization.quantized(); };
  for (const Node& node : graph.nodes) {
    if (!graph.scales_from_model || node.op == "quantize" || node.op == "dequantize") continue;
    if (std::any_of(node.inputs.begin(), node.inputs.end(), on_codes)) continue;
    if (std::any_of(node.outputs.begin(), node.outputs.end(), on_codes)) continue;
    advice.add(node, "a float32 operator in a quantized network", "quantize its inputs and its output");
  }
}

void check_host_steps(Advice& advice) {
  for (const Node& node : advice.graph.nodes) {
    if (node.op == "nms")
      advice.add(node, "no engine runs it: a step of the host", "cut the model before it: --outputs");
  }
}

}  // namespace

std::vector<Problem> import_advice(const Graph& graph) {
  Advice advice{graph, {}};
  check_batch(advice);
  check_convolutions(advice);
  check_float_operators(advice);
  check_postprocessing(advice);
  check_host_steps(advice);
  return std::move(advice.list);
}

}  // namespace trireme
