// SPDX-License-Identifier: Apache-2.0
#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/window.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

PoolingAttributes read_pool(TfliteNode& node, const tflite_file::Pool2DOptionsT& options,
                            PoolingAttributes::Type type) {
  const Shape data = image_shape(node, 0);
  PoolingAttributes a;
  a.type = type;
  a.window.kernel_h = options.filter_height, a.window.kernel_w = options.filter_width;
  a.window.stride_h = options.stride_h, a.window.stride_w = options.stride_w;
  resolve_padding(node, options.padding, data[1], data[2], a.window);
  return a;
}

void import_pool(TfliteNode& node, PoolingAttributes::Type type) {
  const auto options = node.options<tflite_file::Pool2DOptionsT>();
  const PoolingAttributes a = read_pool(node, options, type);
  node.image_result("pooling", a, {node.to_nchw(node.input(0))}, options.fused_activation_function);
}

void import_average_pool(TfliteNode& node) { import_pool(node, PoolingAttributes::Type::avg); }
void import_max_pool(TfliteNode& node) { import_pool(node, PoolingAttributes::Type::max); }

// The root of the mean of the squares, unlike the lp pooling of the graph, which takes the sum.
void import_l2_pool(TfliteNode& node) {
  const auto options = node.options<tflite_file::Pool2DOptionsT>();
  const PoolingAttributes a = read_pool(node, options, PoolingAttributes::Type::avg);
  const ValueId squares = node.step("/square", "square", {}, {node.to_nchw(node.input(0))});
  const ValueId means = node.step("/mean", "pooling", a, {squares});
  node.image_result("sqrt", {}, {means}, options.fused_activation_function);
}

}  // namespace

const TfliteFamily& tflite_pooling_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::AVERAGE_POOL_2D, 1, 1, import_average_pool},
      {BuiltinOperator::MAX_POOL_2D, 1, 1, import_max_pool},
      {BuiltinOperator::L2_POOL_2D, 1, 1, import_l2_pool},
  };
  return rows;
}

}  // namespace trireme
