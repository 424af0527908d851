// SPDX-License-Identifier: Apache-2.0
// Reductions, orders and normalisations along axes. Axes stay the file's own.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/axes.h"
#include "model/import/tflite/operators/window.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;
using Reduce = ReduceAttributes::Type;

// TensorFlow Lite rounds the mean over rows and columns of images, written so and kept as images, otherwise
// than any other: the reference knows that form by its two kept axes.
bool means_like_the_mean_of_an_image(const std::vector<std::int64_t>& given, std::size_t rank) {
  const bool rows_and_columns =
      given == std::vector<std::int64_t>{1, 2} || given == std::vector<std::int64_t>{2, 1};
  return rank != 4 || given.size() != 2 || rows_and_columns;
}

void import_reduce(TfliteNode& node, Reduce type) {
  const auto options = node.options<tflite_file::ReducerOptionsT>();
  Shape shape = node.shape(0);
  const std::vector<std::int64_t> given = node.constant_integers(1, "the list of axes");
  std::set<std::int64_t> axes;
  for (const std::int64_t axis : given) axes.insert(checked_axis(node, axis, shape.size()));
  const ReduceAttributes a{type, {axes.begin(), axes.end()}, options.keep_dims};
  const Quantization codes = node.value(0).quantization;
  if (!options.keep_dims || type != Reduce::mean || !codes.quantized() ||
      means_like_the_mean_of_an_image(given, shape.size()))
    return node.result("reduce", a, {node.input(0)});
  for (const std::int64_t axis : axes) shape[static_cast<std::size_t>(axis)] = 1;
  const ValueId means = node.step("/means", "reduce", ReduceAttributes{type, a.axes, false}, {node.input(0)},
                                  node.declared().quantization);
  node.result("reshape", ReshapeAttributes{shape}, {means});
}

void import_mean(TfliteNode& node) { import_reduce(node, Reduce::mean); }
void import_sum(TfliteNode& node) { import_reduce(node, Reduce::sum); }
void import_reduce_max(TfliteNode& node) { import_reduce(node, Reduce::max); }
void import_reduce_min(TfliteNode& node) { import_reduce(node, Reduce::min); }
void import_reduce_prod(TfliteNode& node) { import_reduce(node, Reduce::prod); }

// The type of the result is an option, and the declared one of the output, which counts.
void import_arg(TfliteNode& node) {
  ArgAttributes a;
  a.axis = checked_axis(node, node.constant_integer(1, "the axis"), node.shape(0).size());
  a.keep_dims = false;
  a.dtype = node.declared().dtype;
  node.result(node.graph_op(), a, {node.input(0)});
}

void import_topk(TfliteNode& node) {
  if (node.output_count() != 2) node.leave(fmt::format("it has {} outputs", node.output_count()), "2");
  TopkAttributes a;
  a.axis = checked_axis(node, -1, node.shape(0).size());
  a.k = node.constant_integer(1, "the number of values");
  a.index_dtype = node.declared(1).dtype;
  node.results("topk", a, {node.input(0)});
}

void import_cumsum(TfliteNode& node) {
  const auto options = node.options<tflite_file::CumsumOptionsT>();
  const std::int64_t axis = checked_axis(node, node.constant_integer(1, "the axis"), node.shape(0).size());
  node.result("cumsum", CumsumAttributes{axis, options.exclusive, options.reverse}, {node.input(0)});
}

// x / max(sqrt(sum x^2), 1e-6) along the last axis.
void import_l2_normalization(TfliteNode& node) {
  const auto options = node.options<tflite_file::L2NormOptionsT>();
  NormAttributes a;
  a.axis = checked_axis(node, -1, node.shape(0).size());
  a.eps = 1e-6F;
  node.result("l2normalize", a, {node.input(0)}, options.fused_activation_function);
}

// The graph divides alpha by the number of channels in the window, the file does not.
void import_lrn(TfliteNode& node) {
  const auto options = node.options<tflite_file::LocalResponseNormalizationOptionsT>();
  image_shape(node, 0);
  constexpr std::int32_t kLargestRadius = 1 << 16;
  if (options.radius < 0 || options.radius > kLargestRadius)
    node.leave(fmt::format("the radius is {}", options.radius));
  LrnAttributes a;
  a.size = 2 * static_cast<std::int64_t>(options.radius) + 1;
  a.alpha = options.alpha * static_cast<float>(a.size);
  a.beta = options.beta;
  a.bias = options.bias;
  node.image_result("localresponsenormalization", a, {node.to_nchw(node.input(0))});
}

}  // namespace

const TfliteFamily& tflite_reduce_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::MEAN, 2, 2, import_mean},
      {BuiltinOperator::SUM, 2, 2, import_sum},
      {BuiltinOperator::REDUCE_MAX, 2, 2, import_reduce_max},
      {BuiltinOperator::REDUCE_MIN, 2, 2, import_reduce_min},
      {BuiltinOperator::REDUCE_PROD, 2, 2, import_reduce_prod},
      {BuiltinOperator::ARG_MAX, 2, 2, import_arg, "argmax"},
      {BuiltinOperator::ARG_MIN, 2, 2, import_arg, "argmin"},
      {BuiltinOperator::TOPK_V2, 2, 2, import_topk},
      {BuiltinOperator::CUMSUM, 2, 2, import_cumsum},
      {BuiltinOperator::L2_NORMALIZATION, 1, 1, import_l2_normalization},
      {BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, 1, 1, import_lrn},
  };
  return rows;
}

}  // namespace trireme
