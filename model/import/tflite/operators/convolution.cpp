// SPDX-License-Identifier: Apache-2.0
// Convolutions. Weights come as [out,h,w,in], of depthwise ones as [1,h,w,out].
#include <fmt/format.h>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/weights.h"
#include "model/import/tflite/operators/window.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

Value image_weight(TfliteNode& node) {
  Value weight = node.constant(1, "the weight");
  if (weight.shape.size() != 4 || element_count(weight.shape) == 0)
    node.leave("the weight has the shape " + to_string(weight.shape), "four dimensions, none empty");
  return weight;
}

template <typename Options>
Window window_of(const Options& options, const Shape& weight) {
  Window window;
  window.kernel_h = weight[1], window.kernel_w = weight[2];
  window.stride_h = options.stride_h, window.stride_w = options.stride_w;
  return window;
}

template <typename Options>
void import_layer(TfliteNode& node, const Options& options, const Value& weight, Window window,
                  const std::vector<std::int64_t>& order, std::int64_t groups, bool depthwise) {
  const Shape data = image_shape(node, 0);
  window.dilation_h = options.dilation_h_factor, window.dilation_w = options.dilation_w_factor;
  resolve_padding(node, options.padding, data[1], data[2], window);
  note_hybrid(node, node.value(0), weight);
  const Value laid = permuted_constant(node, weight, order);
  const ValueId image = node.to_nchw(node.input(0));
  node.image_result("convolution", ConvolutionAttributes{window, groups, depthwise},
                    layer_inputs(node, image, laid, 2), options.fused_activation_function);
}

// Weights of fewer channels than the data has mean groups.
void import_conv_2d(TfliteNode& node) {
  const auto options = node.options<tflite_file::Conv2DOptionsT>();
  const std::int64_t channels = image_shape(node, 0)[3];
  const Value weight = image_weight(node);
  if (channels % weight.shape[3] != 0) {
    node.leave(fmt::format("a weight of {} channels on data of {}", weight.shape[3], channels),
               "a divisor of the data's channels");
  }
  import_layer(node, options, weight, window_of(options, weight.shape), {0, 3, 1, 2},
               channels / weight.shape[3], false);
}

// One group a channel of the data. The multiplier follows from the shapes; the option only repeats it.
void import_depthwise_conv_2d(TfliteNode& node) {
  const auto options = node.options<tflite_file::DepthwiseConv2DOptionsT>();
  const std::int64_t channels = image_shape(node, 0)[3];
  const Value weight = image_weight(node);
  if (weight.shape[0] != 1 || channels < 1 || weight.shape[3] % channels != 0) {
    node.leave(fmt::format("a weight {} on data of {} channels", to_string(weight.shape), channels),
               "[1,h,w,m * channels]");
  }
  import_layer(node, options, weight, window_of(options, weight.shape), {3, 0, 1, 2}, channels, true);
}

// Inputs: shape of the output, weight, data [, bias]. SAME and VALID speak of the convolution that leads back
// from the output: its pads are cut off here.
void import_transpose_conv(TfliteNode& node) {
  const auto options = node.options<tflite_file::TransposeConvOptionsT>();
  const std::vector<std::int64_t> wanted = node.constant_integers(0, "the shape of the output");
  const Shape data = image_shape(node, 2);
  const Value weight = image_weight(node);
  if (wanted.size() != 4)
    node.leave("the shape of the output has " + std::to_string(wanted.size()) + " dimensions");
  DeconvolutionAttributes a;
  a.window = window_of(options, weight.shape);
  resolve_padding(node, options.padding, wanted[1], wanted[2], a.window);
  // What the pad in front leaves of the full size is cut off behind, or added there if it is too small.
  const auto fit = [](std::int64_t full, std::int64_t wanted_size, std::int64_t& pad_behind,
                      std::int64_t& extra) {
    pad_behind = std::max<std::int64_t>(full - wanted_size, 0);
    extra = std::max<std::int64_t>(wanted_size - full, 0);
  };
  Window& w = a.window;
  fit((data[1] - 1) * w.stride_h + w.kernel_h - w.pad_top, wanted[1], w.pad_bottom, a.output_pad_h);
  fit((data[2] - 1) * w.stride_w + w.kernel_w - w.pad_left, wanted[2], w.pad_right, a.output_pad_w);
  note_hybrid(node, node.value(2), weight);
  const Value laid = permuted_constant(node, weight, {3, 0, 1, 2});
  const ValueId image = node.to_nchw(node.input(2));
  node.image_result("deconvolution", a, layer_inputs(node, image, laid, 3),
                    options.fused_activation_function);
}

}  // namespace

const TfliteFamily& tflite_convolution_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::CONV_2D, 2, 3, import_conv_2d},
      {BuiltinOperator::DEPTHWISE_CONV_2D, 2, 3, import_depthwise_conv_2d},
      {BuiltinOperator::TRANSPOSE_CONV, 3, 4, import_transpose_conv},
  };
  return rows;
}

}  // namespace trireme
