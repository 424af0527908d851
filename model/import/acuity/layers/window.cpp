// SPDX-License-Identifier: Apache-2.0
// Convolutions and pooling. Pads are written explicitly ("VALID", "padding_const"), in the order top, left,
// bottom, right; which order the closed tool uses for uneven pads is not published (formats.md, appendix A).
#include <fmt/format.h>

#include <algorithm>

#include "model/import/acuity/layer.h"
#include "support/text.h"

namespace trireme {
namespace {

void write_window(const Window& w, Json& p) {
  p["ksize_h"] = w.kernel_h;
  p["ksize_w"] = w.kernel_w;
  p["stride_h"] = w.stride_h;
  p["stride_w"] = w.stride_w;
  p["dilation"] = {1, 1, w.dilation_h, w.dilation_w};
  p["padding"] = "VALID";
  p["pad_method"] = "padding_const";
  p["pad"] = {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
}

Window read_window(LayerParameters& p) {
  Window w;
  w.kernel_h = p.integer("ksize_h");
  w.kernel_w = p.integer("ksize_w");
  w.stride_h = p.integer("stride_h", 1);
  w.stride_w = p.integer("stride_w", 1);
  p.ignore({"dilation", "pad", "pad_h", "pad_w", "padding_const"});
  if (p.has("dilation")) {
    const auto list = p.integers("dilation");  // one for both, or the last two of [n,c,h,w]
    if (list.size() != 1 && list.size() != 2 && list.size() != 4) {
      p.complain("dilation", fmt::format("has {} numbers", list.size()), "1, 2 or 4");
    } else {
      w.dilation_h = list[list.size() == 1 ? 0 : list.size() - 2];
      w.dilation_w = list.back();
    }
  }
  p.require("padding", "VALID");
  p.require("pad_method", "padding_const");
  if (p.has("pad")) {
    const auto pad = p.integers("pad");
    if (pad.size() != 4) {
      p.complain("pad", fmt::format("has {} numbers", pad.size()), "top, left, bottom, right");
    } else {
      w.pad_top = pad[0], w.pad_left = pad[1], w.pad_bottom = pad[2], w.pad_right = pad[3];
    }
  } else {
    w.pad_top = w.pad_bottom = p.integer("pad_h", 0);
    w.pad_left = w.pad_right = p.integer("pad_w", 0);
  }
  return w;
}

void write_convolution(const Graph& graph, const Node& node, Json& p) {
  const auto& a = attributes<ConvolutionAttributes>(node);
  p["weights"] = graph.values[node.inputs[1]].shape[0];
  p["bias"] = node.inputs.size() > 2 && node.inputs[2] != kNone;
  p["group_number"] = a.groups;
  if (a.depthwise) p["depth_wise"] = true;
  p["regularize"] = false;
  write_window(a.window, p);
}

void write_convolution_integer(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<ConvolutionAttributes>(node);
  p["group_number"] = a.groups;
  write_window(a.window, p);
}

std::any read_convolution(LayerParameters& p) {
  ConvolutionAttributes a;
  a.groups = p.integer("group_number", 1);
  a.window = read_window(p);
  p.require("padding_mode", "CONSTANT");
  a.depthwise = p.flag("depth_wise", false);
  p.ignore({"weights", "bias", "regularize"});  // weights and bias are held against NAME.data
  return a;
}

void write_deconvolution(const Graph& graph, const Node& node, Json& p) {
  const auto& a = attributes<DeconvolutionAttributes>(node);
  p["weights"] = graph.values[node.outputs[0]].shape[1];
  p["bias"] = node.inputs.size() > 2 && node.inputs[2] != kNone;
  p["group_number"] = a.groups;
  p["regularize"] = false;
  p["output_padding_h"] = a.output_pad_h;
  p["output_padding_w"] = a.output_pad_w;
  write_window(a.window, p);
}

std::any read_deconvolution(LayerParameters& p) {
  DeconvolutionAttributes a;
  a.groups = p.integer("group_number", 1);
  a.output_pad_h = p.integer("output_padding_h", 0);
  a.output_pad_w = p.integer("output_padding_w", 0);
  a.window = read_window(p);
  p.ignore({"weights", "bias", "regularize", "output_shape"});
  return a;
}

const std::vector<std::string> kPoolingTypes = {"MAX", "AVG", "LP"};  // as PoolingAttributes::Type

void write_pooling(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<PoolingAttributes>(node);
  p["type"] = kPoolingTypes[static_cast<std::size_t>(a.type)];
  if (a.type == PoolingAttributes::Type::lp) p["p"] = a.p;
  p["round_type"] = a.ceil_mode ? "ceil" : "floor";
  p["count_include_pad"] = a.count_include_pad ? 1 : 0;
  write_window(a.window, p);
}

std::any read_pooling(LayerParameters& p) {
  PoolingAttributes a;
  const std::string type = p.text("type");
  const auto found = std::find(kPoolingTypes.begin(), kPoolingTypes.end(), type);
  if (found == kPoolingTypes.end()) {
    p.complain("type", "is '" + type + "'", suggestion(type, kPoolingTypes));
  } else {
    a.type = static_cast<PoolingAttributes::Type>(found - kPoolingTypes.begin());
  }
  a.p = p.integer("p", 2);
  const std::string round = p.text("round_type", "floor");
  if (round != "ceil" && round != "floor") {
    p.complain("round_type", "is '" + round + "'", suggestion(round, {"ceil", "floor"}));
  }
  a.ceil_mode = round == "ceil";
  a.count_include_pad = p.flag("count_include_pad", false);
  a.window = read_window(p);
  return a;
}

void write_pooling_with_argmax(const Graph& graph, const Node& node, Json& p) {
  write_pooling(graph, node, p);
  p["index_column_major"] = attributes<PoolingAttributes>(node).index_column_major;
}

std::any read_pooling_with_argmax(LayerParameters& p) {
  auto a = std::any_cast<PoolingAttributes>(read_pooling(p));
  a.index_column_major = p.flag("index_column_major", false);
  return a;
}

}  // namespace

const LayerFamily& window_layers() {
  static const LayerFamily rows = {
      {"convolution", {"weight", "bias"}, 1, write_convolution, read_convolution},
      {"deconvolution", {"weight", "bias"}, 1, write_deconvolution, read_deconvolution},
      {"convolution_integer", {}, 0, write_convolution_integer, read_convolution},
      {"poolwithargmax", {}, 0, write_pooling_with_argmax, read_pooling_with_argmax},
      {"pooling", {}, 0, write_pooling, read_pooling},
  };
  return rows;
}

}  // namespace trireme
