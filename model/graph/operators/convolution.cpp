// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "model/graph/operator_families.h"
#include "model/graph/operators/checks.h"

namespace trireme {
namespace {

// data [n,c,h,w], weight [out,c/groups,kh,kw], bias [out] -> [n,out,oh,ow]
std::vector<ValueType> infer(const Graph& graph, const Node& node) {
  require_float(graph, node);
  Shape output = convolution_output_shape(graph, node);
  if (has_input(node, 2)) require_shape(input_of(graph, node, 2), {output[1]}, "bias");
  return {{input_of(graph, node, 0).dtype, std::move(output)}};
}

void require_pads(std::int64_t pad, std::int64_t most) {
  if (pad >= 0 && pad <= most) return;
  throw Error({}, fmt::format("pad {}", pad), fmt::format("from 0 to {}", most));
}

// (in - 1) * stride + reach + output_pad - pads
std::int64_t deconvolution_output(const WindowSpan& s, std::int64_t output_pad) {
  const WindowSpan backwards{s.kernel * s.dilation, s.kernel, s.stride, s.dilation, s.pad_begin, s.pad_end};
  window_output(backwards, false);  // for its checks of the ranges
  require_pads(output_pad, std::int64_t{1} << 20);
  const std::int64_t reach = s.dilation * (s.kernel - 1) + 1;
  const std::int64_t outputs = (s.input - 1) * s.stride + reach + output_pad - s.pad_begin - s.pad_end;
  if (outputs < 1) throw Error({}, fmt::format("pads {} and {} leave nothing", s.pad_begin, s.pad_end));
  return outputs;
}

// data [n,c,h,w], weight [c,out/groups,kh,kw], bias [out] -> [n,out,oh,ow]
std::vector<ValueType> infer_deconvolution(const Graph& graph, const Node& node) {
  require_float(graph, node);
  const auto& a = attributes<DeconvolutionAttributes>(node);
  const Window& w = a.window;
  const Value& data = input_of(graph, node, 0);
  const Value& weight = input_of(graph, node, 1);
  require_rank(data, 4, "input");
  require_rank(weight, 4, "weight");
  const std::int64_t channels = data.shape[1];
  if (a.groups < 1 || channels % a.groups != 0) {
    throw Error({}, fmt::format("{} groups of {} input channels", a.groups, channels),
                "the number of groups must divide the channels");
  }
  require_shape(weight, {channels, weight.shape[1], w.kernel_h, w.kernel_w}, "weight");
  const std::int64_t outputs = saturating_multiply(weight.shape[1], a.groups);
  if (has_input(node, 2)) require_shape(input_of(graph, node, 2), {outputs}, "bias");
  const WindowSpan rows{data.shape[2], w.kernel_h, w.stride_h, w.dilation_h, w.pad_top, w.pad_bottom};
  const WindowSpan columns{data.shape[3], w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, w.pad_right};
  return {{data.dtype,
           {data.shape[0], outputs, deconvolution_output(rows, a.output_pad_h),
            deconvolution_output(columns, a.output_pad_w)}}};
}

// Every input element takes one multiplication a weight of its kernel.
std::int64_t count_deconvolution(const Graph& graph, const Node& node) {
  const Shape& weight = input_of(graph, node, 1).shape;
  return saturating_multiply(element_count(input_of(graph, node, 0).shape),
                             weight[1] * weight[2] * weight[3]);
}

std::string print_deconvolution(const Node& node) {
  const auto& a = attributes<DeconvolutionAttributes>(node);
  std::string text = print_window(a.window);
  if (a.groups != 1) text += fmt::format(" groups={}", a.groups);
  if (a.output_pad_h != 0 || a.output_pad_w != 0)
    text += fmt::format(" output_pad={},{}", a.output_pad_h, a.output_pad_w);
  return text;
}

}  // namespace

Shape convolution_output_shape(const Graph& graph, const Node& node) {
  const auto& a = attributes<ConvolutionAttributes>(node);
  const Value& data = input_of(graph, node, 0);
  const Value& weight = input_of(graph, node, 1);
  require_rank(data, 4, "input");
  require_rank(weight, 4, "weight");
  const std::int64_t channels = data.shape[1];
  const std::int64_t outputs = weight.shape[0];
  if (a.groups < 1 || channels % a.groups != 0 || outputs % a.groups != 0) {
    throw Error({}, fmt::format("{} groups of {} input and {} output channels", a.groups, channels, outputs),
                "the number of groups must divide both");
  }
  require_shape(weight, {outputs, channels / a.groups, a.window.kernel_h, a.window.kernel_w}, "weight");
  return window_output_shape(data.shape, a.window, outputs, false);
}

// Every output element takes one multiplication a weight of its kernel.
std::int64_t convolution_macs(const Graph& graph, const Node& node) {
  const Shape& weight = input_of(graph, node, 1).shape;
  const Shape& output = graph.values[node.outputs[0]].shape;
  return saturating_multiply(element_count(output), weight[1] * weight[2] * weight[3]);
}

std::string print_convolution(const Node& node) {
  const auto& a = attributes<ConvolutionAttributes>(node);
  return print_window(a.window) + (a.groups == 1 ? "" : fmt::format(" groups={}", a.groups)) +
         (a.depthwise ? " depthwise" : "");
}

const OperatorFamily& convolution_operators() {
  static const OperatorFamily rows = {
      {"convolution", 2, 3, infer, convolution_macs, print_convolution},
      {"deconvolution", 2, 3, infer_deconvolution, count_deconvolution, print_deconvolution}};
  return rows;
}

}  // namespace trireme
