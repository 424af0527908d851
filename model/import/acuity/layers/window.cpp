// SPDX-License-Identifier: Apache-2.0
// convolution and pooling. Pads are written explicitly ("VALID", "padding_const"), in the order top, left,
// bottom, right; which order the closed tool uses for uneven pads is not published (formats.md, appendix A).
#include <fmt/format.h>

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
  p["regularize"] = false;
  write_window(a.window, p);
}

std::any read_convolution(LayerParameters& p) {
  ConvolutionAttributes a;
  a.groups = p.integer("group_number", 1);
  a.window = read_window(p);
  p.require("padding_mode", "CONSTANT");
  p.ignore({"weights", "bias", "regularize", "depth_wise"});  // weights and bias are held against NAME.data
  return a;
}

void write_pooling(const Graph&, const Node& node, Json& p) {
  const auto& a = attributes<PoolingAttributes>(node);
  p["type"] = a.type == PoolingAttributes::Type::max ? "MAX" : "AVG";
  p["round_type"] = a.ceil_mode ? "ceil" : "floor";
  p["count_include_pad"] = a.count_include_pad ? 1 : 0;
  write_window(a.window, p);
}

std::any read_pooling(LayerParameters& p) {
  PoolingAttributes a;
  const std::string type = p.text("type");
  if (type != "MAX" && type != "AVG")
    p.complain("type", "is '" + type + "'", suggestion(type, {"MAX", "AVG"}));
  a.type = type == "AVG" ? PoolingAttributes::Type::avg : PoolingAttributes::Type::max;
  const std::string round = p.text("round_type", "floor");
  if (round != "ceil" && round != "floor") {
    p.complain("round_type", "is '" + round + "'", suggestion(round, {"ceil", "floor"}));
  }
  a.ceil_mode = round == "ceil";
  a.count_include_pad = p.flag("count_include_pad", false);
  a.window = read_window(p);
  return a;
}

}  // namespace

const LayerFamily& window_layers() {
  static const LayerFamily rows = {
      {"convolution", {"weight", "bias"}, 1, write_convolution, read_convolution},
      {"pooling", {}, 0, write_pooling, read_pooling},
  };
  return rows;
}

}  // namespace trireme
