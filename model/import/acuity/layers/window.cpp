// SPDX-License-Identifier: Apache-2.0
// Convolutions and pooling. Pads are written explicitly ("VALID", "padding_const"), in the order top, left,
// bottom, right; which order the closed tool uses for uneven pads is not published (formats.md, appendix A).
// Files of other tools may ask for "SAME" instead: then pads are worked out from the size of the map.
#include <fmt/format.h>

#include <algorithm>

#include "model/graph/operators.h"
#include "model/import/acuity/layers/window.h"
#include "model/import/same_padding.h"
#include "support/text.h"

namespace trireme {
namespace {

bool is_padded(const Window& w) {
  return w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 || w.pad_right != 0;
}

// Sizes that same_padding() can be asked about; shape inference has no say yet.
void check_window(const Window& w) {
  constexpr std::int64_t kMost = 1 << 20;
  for (const std::int64_t size :
       {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w}) {
    if (size < 1 || size > kMost)
      throw Error({}, fmt::format("the window has the size {}", size), fmt::format("1 to {}", kMost));
  }
}

std::pair<std::int64_t, std::int64_t> map_size(const LayerSteps& steps) {
  const Shape& shape = steps.shape();
  if (shape.size() != 4) throw Error({}, "input 0 has the shape " + to_string(shape), "maps: [n,c,h,w]");
  return {shape[2], shape[3]};
}

// For a map of this size; the odd row and column behind. Pads that the file tells beside must be the same.
void set_same_pads(LayerParameters& p, Window& w, std::int64_t height, std::int64_t width) {
  const bool told = is_padded(w);
  const std::vector<std::int64_t> pads = {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
  const std::int64_t rows = same_padding(height, w.kernel_h, w.stride_h, w.dilation_h);
  const std::int64_t columns = same_padding(width, w.kernel_w, w.stride_w, w.dilation_w);
  w.pad_top = rows / 2, w.pad_bottom = rows - rows / 2;
  w.pad_left = columns / 2, w.pad_right = columns - columns / 2;
  const std::vector<std::int64_t> same = {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
  if (told && pads != same)
    p.complain("padding", "is SAME, which is the pads " + to_string(same) + ", beside " + to_string(pads),
               "the pad_method padding_const takes pads as they are");
}

// `padding` is VALID or SAME. The pad_method padding_const, which is meant where none is told beside VALID,
// takes the pads of the file whatever `padding` says; auto, which is meant beside SAME, works them out.
bool has_same_padding(LayerParameters& p) {
  return p.text("padding", "VALID") == "SAME" && p.text("pad_method", "auto") == "auto";
}

void read_padding_words(LayerParameters& p, bool padded) {
  const std::string padding = p.text("padding", "VALID");
  if (padding != "VALID" && padding != "SAME")
    p.complain("padding", "is '" + printable(padding) + "'", "'VALID' or 'SAME'");
  const std::string method = p.text("pad_method", padding == "SAME" ? "auto" : "padding_const");
  if (method != "auto" && method != "padding_const")
    p.complain("pad_method", "is '" + printable(method) + "'", "'auto' or 'padding_const'");
  if (method == "auto" && padding == "VALID" && padded)
    p.complain("pad_method", "is auto beside pads and the padding VALID, which has none",
               "'padding_const' takes pads as they are");
  if (method == "padding_const" && padding == "SAME" && !p.has("pad") && !p.has("pad_h"))
    p.complain("pad", "is missing", "the pad_method padding_const takes it");
}

// One number for both, two, or one of each axis in the order of the file.
void set_dilation(LayerParameters& p, const LayerSteps& steps, Window& w) {
  if (!p.has("dilation")) return;
  const std::vector<std::int64_t> list = p.integers("dilation");
  if (list.size() != 1 && list.size() != 2 && list.size() != 4) return;  // told already
  const std::size_t rows = list.size() == 4 ? (steps.channels_last ? 1 : 2) : 0;
  w.dilation_h = list[rows];
  w.dilation_w = list[list.size() == 1 ? 0 : rows + 1];
  if (list.size() == 4 && (list[0] != 1 || list[steps.channels_last ? 3 : 1] != 1))
    p.complain("dilation", "is " + to_string(list),
               steps.channels_last ? "[1,rows,columns,1], as layers are [n,h,w,c]"
                                   : "[1,1,rows,columns], as layers are [n,c,h,w]");
}

template <typename Attributes>
void resolve_window(LayerParameters& p, LayerSteps& steps) {
  auto a = attributes<Attributes>(steps.node);
  set_dilation(p, steps, a.window);
  if (has_same_padding(p)) {
    const auto [height, width] = map_size(steps);
    check_window(a.window);
    set_same_pads(p, a.window, height, width);
    // As many outputs as SAME means, whatever the file says of rounding.
    if constexpr (std::is_same_v<Attributes, PoolingAttributes>) a.ceil_mode = false;
  }
  steps.node.attributes = a;
}

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
  if (p.has("dilation")) {  // as we write it; what a file of another order says is read when shapes are known
    const auto list = p.integers("dilation");
    if (list.size() != 1 && list.size() != 2 && list.size() != 4) {
      p.complain("dilation", fmt::format("has {} numbers", list.size()), "1, 2 or 4");
    } else {
      w.dilation_h = list[list.size() == 1 ? 0 : list.size() - 2];
      w.dilation_w = list.back();
    }
  }
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
  read_padding_words(p, is_padded(w));
  return w;
}

// TensorFlow's transposed convolution: the map that a convolution with SAME would make the input of, stride
// times as large.
void resolve_deconvolution(LayerParameters& p, LayerSteps& steps) {
  auto a = attributes<DeconvolutionAttributes>(steps.node);
  set_dilation(p, steps, a.window);
  steps.node.attributes = a;
  if (!has_same_padding(p)) return;
  const auto size = map_size(steps);
  if (a.output_pad_h != 0 || a.output_pad_w != 0)
    p.complain("padding", "is SAME beside an output padding", "one of them");
  Window& w = a.window;
  check_window(w);
  const std::int64_t height = size.first * w.stride_h, width = size.second * w.stride_w;
  set_same_pads(p, w, height, width);
  a.output_pad_h = std::max<std::int64_t>(w.stride_h - w.dilation_h * (w.kernel_h - 1) - 1, 0);
  a.output_pad_w = std::max<std::int64_t>(w.stride_w - w.dilation_w * (w.kernel_w - 1) - 1, 0);
  if (p.has("output_shape")) {
    const Shape told = p.integers("output_shape");
    const auto is_map = [&](std::size_t at) { return told[at] == height && told[at + 1] == width; };
    if (told.size() != 4 || !(is_map(1) || is_map(2)))
      p.complain("output_shape", "is " + to_string(told), fmt::format("a map of {} by {}", height, width));
  }
  steps.node.attributes = a;
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

}  // namespace

std::any read_convolution(LayerParameters& p) {
  ConvolutionAttributes a;
  a.groups = p.integer("group_number", 1);
  a.window = read_window(p);
  p.require("padding_mode", "CONSTANT");
  a.depthwise = p.flag("depth_wise", false);
  p.ignore({"weights", "bias", "regularize"});  // weights and bias are held against NAME.data
  return a;
}

namespace {

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

}  // namespace

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

namespace {

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

void resolve_convolution(LayerParameters& p, LayerSteps& steps) {
  resolve_window<ConvolutionAttributes>(p, steps);
}
void resolve_pooling(LayerParameters& p, LayerSteps& steps) { resolve_window<PoolingAttributes>(p, steps); }

const LayerFamily& window_layers() {
  static const LayerFamily rows = with_channels(
      Channels::second,
      {
          {"convolution", {"weight", "bias"}, 1, write_convolution, read_convolution, resolve_convolution},
          {"deconvolution",
           {"weight", "bias"},
           1,
           write_deconvolution,
           read_deconvolution,
           resolve_deconvolution},
          {"convolution_integer", {}, 0, write_convolution_integer, read_convolution, resolve_convolution},
          {"poolwithargmax", {}, 0, write_pooling_with_argmax, read_pooling_with_argmax, resolve_pooling},
          {"pooling", {}, 0, write_pooling, read_pooling, resolve_pooling},
      });
  return rows;
}

}  // namespace trireme
