// SPDX-License-Identifier: Apache-2.0
// Operators that change the shape or the order of data, join it or repeat it.
#include <fmt/format.h>

#include <algorithm>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/axes.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

// A single -1 takes what is left.
Shape resolve_shape(TfliteNode& node, Shape wanted, const Shape& data) {
  const std::string text = to_string(wanted);
  const auto open = std::find(wanted.begin(), wanted.end(), -1);
  if (open != wanted.end()) {
    *open = 1;
    const bool fine = std::all_of(wanted.begin(), wanted.end(), [](std::int64_t size) { return size >= 0; });
    const std::int64_t known = fine ? element_count(wanted) : 0;
    if (known > 0) *open = element_count(data) / known;
  }
  if (std::any_of(wanted.begin(), wanted.end(), [](std::int64_t size) { return size < 0; }))
    node.leave("cannot reshape " + to_string(data) + " to " + text);
  return wanted;
}

// The shape is an input or, in older files, an option; one that the network computes from the shape of
// another value is the declared one.
void import_reshape(TfliteNode& node) {
  const auto options = node.options<tflite_file::ReshapeOptionsT>();
  Shape wanted(options.new_shape.begin(), options.new_shape.end());
  if (node.has_input(1)) {
    wanted = node.is_constant(1) ? node.constant_integers(1, "the shape") : node.declared().shape;
  }
  node.result("reshape", ReshapeAttributes{resolve_shape(node, wanted, node.shape(0))}, {node.input(0)});
}

void import_squeeze(TfliteNode& node) {
  const auto options = node.options<tflite_file::SqueezeOptionsT>();
  const Shape data = node.shape(0);
  std::vector<bool> removed(data.size(), false);
  for (const std::int32_t axis : options.squeeze_dims)
    removed[static_cast<std::size_t>(checked_axis(node, axis, data.size()))] = true;
  Shape result;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (removed[i] && data[i] != 1) node.leave(fmt::format("it removes axis {} of {}", i, to_string(data)));
    if (!(removed[i] || (options.squeeze_dims.empty() && data[i] == 1))) result.push_back(data[i]);
  }
  node.result("reshape", ReshapeAttributes{result}, {node.input(0)});
}

void import_expand_dims(TfliteNode& node) {
  Shape shape = node.shape(0);
  const std::int64_t axis = checked_axis(node, node.constant_integer(1, "the axis"), shape.size() + 1);
  shape.insert(shape.begin() + axis, 1);
  node.result("reshape", ReshapeAttributes{shape}, {node.input(0)});
}

void import_transpose(TfliteNode& node) {
  std::vector<std::int64_t> perm;
  for (const std::int64_t axis : node.constant_integers(1, "the order of axes"))
    perm.push_back(checked_axis(node, axis, node.shape(0).size()));
  node.result("permute", PermuteAttributes{perm}, {node.input(0)});
}

void import_concatenation(TfliteNode& node) {
  const auto options = node.options<tflite_file::ConcatenationOptionsT>();
  const std::int64_t axis = checked_axis(node, options.axis, node.shape(0).size());
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  node.result("concat", ConcatAttributes{axis}, std::move(inputs), options.fused_activation_function);
}

// Each input gets the new axis, then they are joined along it.
void import_pack(TfliteNode& node) {
  const auto options = node.options<tflite_file::PackOptionsT>();
  Shape shape = node.shape(0);
  const std::int64_t axis = checked_axis(node, options.axis, shape.size() + 1);
  shape.insert(shape.begin() + axis, 1);
  std::vector<ValueId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const Quantization like = node.value(i).quantization;
    inputs.push_back(
        node.step(fmt::format("/in{}", i), "reshape", ReshapeAttributes{shape}, {node.input(i)}, like));
  }
  node.result("concat", ConcatAttributes{axis}, std::move(inputs));
}

void import_tile(TfliteNode& node) {
  node.result("tile", TileAttributes{node.constant_integers(1, "the repeats")}, {node.input(0)});
}

void import_broadcast_to(TfliteNode& node) {
  const Shape shape = node.is_constant(1) ? node.constant_integers(1, "the shape") : node.declared().shape;
  node.result("expand", ExpandAttributes{shape}, {node.input(0)});
}

// The shapes of the graph are fixed: a constant.
void import_shape(TfliteNode& node) {
  const auto options = node.options<tflite_file::ShapeOptionsT>();
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const Tensor wide = Tensor::of<std::int64_t>({rank}, shape);
  node.result_constant(options.out_type == tflite_file::TensorType::INT64 ? wide
                                                                          : convert(wide, DataType::int32));
}

void import_fill(TfliteNode& node) {
  const Shape shape = node.is_constant(0) ? node.constant_integers(0, "the shape") : node.declared().shape;
  const Value value = node.constant(1, "the value");
  if (value.quantization.quantized() || element_count(value.shape) != 1)
    node.leave("the value has the shape " + to_string(value.shape), "one number that is no code");
  node.result_constant(filled_tensor(shape, *value.constant, node.budget()));
}

template <typename Number>
Tensor counted_up(TfliteNode& node, Number start, Number limit, Number delta) {
  constexpr std::int64_t kMost = 1 << 24;
  if (!(delta > 0 || delta < 0) || !(static_cast<double>(limit - start) / static_cast<double>(delta) < kMost))
    node.leave(fmt::format("from {} to {} by {}", start, limit, delta), "at most 2^24 numbers");
  std::vector<Number> numbers;
  for (Number next = start; delta > 0 ? next < limit : next > limit;
       next = start + static_cast<Number>(numbers.size()) * delta)
    numbers.push_back(next);
  node.budget().spend(static_cast<std::int64_t>(numbers.size()), data_type_of<Number>());
  return Tensor::of<Number>({static_cast<std::int64_t>(numbers.size())}, numbers);
}

void import_range(TfliteNode& node) {
  if (node.value(0).dtype == DataType::float32) {
    const auto number = [&](std::size_t i) { return static_cast<float>(node.constant_number(i, "a bound")); };
    return node.result_constant(counted_up<float>(node, number(0), number(1), number(2)));
  }
  std::int64_t numbers[3];
  for (std::size_t i = 0; i < 3; ++i) {
    numbers[i] = node.constant_integer(i, "a bound");
    if (std::abs(numbers[i]) > (std::int64_t{1} << 40)) node.leave(fmt::format("a bound is {}", numbers[i]));
  }
  const Tensor wide = counted_up<std::int64_t>(node, numbers[0], numbers[1], numbers[2]);
  node.result_constant(convert(wide, node.value(0).dtype));
}

}  // namespace

const TfliteFamily& tflite_shape_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::RESHAPE, 1, 2, import_reshape},
      {BuiltinOperator::SQUEEZE, 1, 1, import_squeeze},
      {BuiltinOperator::EXPAND_DIMS, 2, 2, import_expand_dims},
      {BuiltinOperator::TRANSPOSE, 2, 2, import_transpose},
      {BuiltinOperator::CONCATENATION, 1, kAnyNumberOfTensors, import_concatenation},
      {BuiltinOperator::PACK, 1, kAnyNumberOfTensors, import_pack},
      {BuiltinOperator::TILE, 2, 2, import_tile},
      {BuiltinOperator::BROADCAST_TO, 2, 2, import_broadcast_to},
      {BuiltinOperator::SHAPE, 1, 1, import_shape},
      {BuiltinOperator::FILL, 2, 2, import_fill},
      {BuiltinOperator::RANGE, 3, 3, import_range},
  };
  return rows;
}

}  // namespace trireme
