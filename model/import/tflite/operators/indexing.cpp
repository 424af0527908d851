// SPDX-License-Identifier: Apache-2.0
// Operators that take elements by their numbers.
#include <fmt/format.h>

#include <algorithm>

#include "model/import/tflite/operator_table.h"
#include "model/import/tflite/operators/axes.h"

namespace trireme {
namespace {

using tflite_file::BuiltinOperator;

ValueId reshaped_to(TfliteNode& node, const std::string& suffix, ValueId data, const Shape& shape,
                    const Quantization& like) {
  return node.step(suffix, "reshape", ReshapeAttributes{shape}, {data}, like);
}

// Indices of entries `size` apart, one batch behind the other: number i of batch b is b * size + i.
ValueId indices_over_batches(TfliteNode& node, std::int64_t batches, std::int64_t each, std::int64_t size) {
  node.budget().spend(batches, DataType::int64);
  std::vector<std::int64_t> starts;
  for (std::int64_t b = 0; b < batches; ++b) starts.push_back(b * size);
  const Tensor wide = Tensor::of<std::int64_t>({batches, 1}, starts);
  const DataType type = node.value(1).dtype;
  const ValueId first = node.step_constant("/starts", type == DataType::int64 ? wide : convert(wide, type));
  const ValueId rows = reshaped_to(node, "/rows", node.input(1), {batches, each}, {});
  return node.step("/indices", "add", {}, {rows, first});
}

// Batches have indices of their own: [batch, outer, axis, inner] is turned to [batch * axis, outer, inner],
// gathered from there, and turned back.
void import_batched_gather(TfliteNode& node, std::int64_t axis, std::int64_t batch_dimensions) {
  const Shape data = node.shape(0), indices = node.shape(1);
  if (batch_dimensions > axis || batch_dimensions > static_cast<std::int64_t>(indices.size()) ||
      !std::equal(data.begin(), data.begin() + batch_dimensions, indices.begin()))
    node.leave(fmt::format("{} batch dimensions of {} and {}", batch_dimensions, to_string(data),
                           to_string(indices)));
  const auto part = [](const Shape& shape, std::int64_t from, std::int64_t to) {
    return Shape(shape.begin() + from, shape.begin() + to);
  };
  const auto rank = static_cast<std::int64_t>(data.size()), depth = static_cast<std::int64_t>(indices.size());
  const std::int64_t batches = element_count(part(data, 0, batch_dimensions));
  const std::int64_t outer = element_count(part(data, batch_dimensions, axis));
  const std::int64_t size = data[static_cast<std::size_t>(axis)];
  const std::int64_t inner = element_count(part(data, axis + 1, rank));
  const std::int64_t each = element_count(part(indices, batch_dimensions, depth));
  const Quantization like = node.value(0).quantization;

  const ValueId parts = reshaped_to(node, "/parts", node.input(0), {batches, outer, size, inner}, like);
  const ValueId turned = node.step("/turned", "permute", PermuteAttributes{{0, 2, 1, 3}}, {parts}, like);
  const ValueId entries = reshaped_to(node, "/entries", turned, {batches * size, outer, inner}, like);
  const ValueId taken = node.step("/taken", "gather", GatherAttributes{0},
                                  {entries, indices_over_batches(node, batches, each, size)}, like);
  const ValueId back = node.step("/back", "permute", PermuteAttributes{{0, 2, 1, 3}}, {taken}, like);
  Shape shape = part(data, 0, axis);
  for (const std::int64_t n : part(indices, batch_dimensions, depth)) shape.push_back(n);
  for (const std::int64_t n : part(data, axis + 1, rank)) shape.push_back(n);
  node.result("reshape", ReshapeAttributes{shape}, {back});
}

void import_gather(TfliteNode& node) {
  const auto options = node.options<tflite_file::GatherOptionsT>();
  const std::int64_t axis = checked_axis(node, options.axis, node.shape(0).size());
  if (options.batch_dims != 0)
    return import_batched_gather(node, axis,
                                 checked_axis(node, options.batch_dims, node.shape(1).size() + 1));
  node.result("gather", GatherAttributes{axis}, {node.input(0), node.input(1)});
}

void import_gather_nd(TfliteNode& node) {
  node.result("gathernd", GatherNdAttributes{}, {node.input(0), node.input(1)});
}

// The graph counts negative indices from the end; in the file they name nothing, as does `depth`.
ValueId without_negatives(TfliteNode& node, std::int64_t depth) {
  const DataType type = node.value(0).dtype;
  const auto constant = [&](const char* suffix, std::int64_t number) {
    const Tensor wide = Tensor::of<std::int64_t>({}, {number});
    return node.step_constant(suffix, type == DataType::int64 ? wide : convert(wide, type));
  };
  const ValueId negative = node.step("/negative", "less", {}, {node.input(0), constant("/zero", 0)});
  return node.step("/indices", "where", {}, {negative, constant("/nothing", depth), node.input(0)});
}

// Inputs: indices, depth, value where the index is, value elsewhere.
void import_one_hot(TfliteNode& node) {
  const auto options = node.options<tflite_file::OneHotOptionsT>();
  const Value on = node.constant(2, "the value of the index");
  const Value off = node.constant(3, "the value elsewhere");
  if (on.dtype != off.dtype || on.constant->size() != 1 || off.constant->size() != 1)
    node.leave("its two values are of different types or no single numbers");
  Tensor values(on.constant->dtype, {2});
  const auto width = static_cast<std::ptrdiff_t>(off.constant->bytes.size());
  std::copy(off.constant->bytes.begin(), off.constant->bytes.end(), values.bytes.begin());
  std::copy(on.constant->bytes.begin(), on.constant->bytes.end(), values.bytes.begin() + width);
  const std::int64_t depth = node.constant_integer(1, "the depth");
  const OneHotAttributes a{checked_axis(node, options.axis, node.shape(0).size() + 1), depth};
  node.result("one_hot", a,
              {without_negatives(node, depth), node.step_constant("/values", std::move(values))});
}

}  // namespace

const TfliteFamily& tflite_indexing_family() {
  static const TfliteFamily rows = {
      {BuiltinOperator::GATHER, 2, 2, import_gather},
      {BuiltinOperator::GATHER_ND, 2, 2, import_gather_nd},
      {BuiltinOperator::ONE_HOT, 4, 4, import_one_hot},
  };
  return rows;
}

}  // namespace trireme
