// SPDX-License-Identifier: Apache-2.0
// Operators that read or write elements at places that another input names. Negative indices count from the
// end; an index outside of the data is an error of the input.
#include <fmt/format.h>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/by_type.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

namespace {

std::int64_t raw_index(const Tensor& indices, std::int64_t i) {
  return indices.dtype == DataType::int32 ? indices.data<std::int32_t>()[i] : indices.data<std::int64_t>()[i];
}

std::int64_t index_at(const KernelCall& call, std::int64_t i, std::int64_t dim) {
  const std::int64_t index = raw_index(input(call, 1), i);
  if (index >= -dim && index < dim) return index < 0 ? index + dim : index;
  throw Error(place_of(call.node), fmt::format("index {} of an axis of {}", index, dim));
}

void copy_elements(const Tensor& from, std::int64_t first, Tensor& to, std::int64_t target,
                   std::int64_t count) {
  const auto width = static_cast<std::size_t>(bytes_of(from.dtype));
  std::memcpy(&to.bytes[static_cast<std::size_t>(target) * width],
              &from.bytes[static_cast<std::size_t>(first) * width], static_cast<std::size_t>(count) * width);
}

// Offset that entry `entry` of gathernd's or scatternd's indices names, from axis `batch_dims` of the data
// on.
std::int64_t entry_offset(const KernelCall& call, std::int64_t entry, std::int64_t batch_dims) {
  const Shape& data = input(call, 0).shape;
  const Shape strides = row_major_strides(data);
  const std::int64_t depth = input(call, 1).shape.back();
  std::int64_t offset = 0;
  for (std::int64_t k = 0; k < depth; ++k) {
    const auto axis = static_cast<std::size_t>(batch_dims + k);
    offset += index_at(call, entry * depth + k, data[axis]) * strides[axis];
  }
  return offset;
}

// Elements below the axes that an entry names.
std::int64_t entry_size(const KernelCall& call, std::int64_t batch_dims) {
  const Shape& data = input(call, 0).shape;
  return element_count(Shape(data.begin() + batch_dims + input(call, 1).shape.back(), data.end()));
}

// Offset in the data of element i of the indices: its own index, but along the axis what it names.
template <typename Visit>
void for_each_element(const KernelCall& call, std::int64_t axis, Visit visit) {
  const Shape& data = input(call, 0).shape;
  Shape strides = row_major_strides(data);
  const std::int64_t along = strides[static_cast<std::size_t>(axis)];
  const std::int64_t dim = data[static_cast<std::size_t>(axis)];
  strides[static_cast<std::size_t>(axis)] = 0;
  for_each_offset(input(call, 1).shape, strides, 0, [&](std::int64_t i, std::int64_t offset) {
    visit(i, offset + index_at(call, i, dim) * along);
  });
}

template <typename T>
T reduced(ScatterAttributes::Reduction reduction, T old, T update) {
  using Reduction = ScatterAttributes::Reduction;
  const auto a = static_cast<Accumulator<T>>(old), b = static_cast<Accumulator<T>>(update);
  switch (reduction) {
    case Reduction::none:
      return update;
    case Reduction::add:
      return static_cast<T>(a + b);
    case Reduction::mul:
      return static_cast<T>(a * b);
    case Reduction::max:
      return update > old ? update : old;
    case Reduction::min:
      return update < old ? update : old;
  }
  return update;
}

// data[offset + j] <- updates[first + j]
void scatter(const KernelCall& call, Tensor& data, std::int64_t offset, std::int64_t first,
             std::int64_t count) {
  const Tensor& updates = input(call, 2);
  const auto reduction = attributes<ScatterAttributes>(call.node).reduction;
  if (reduction == ScatterAttributes::Reduction::none)
    return copy_elements(updates, first, data, offset, count);
  by_type(call, data.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t j = 0; j < count; ++j) {
      T& element = data.data<T>()[offset + j];
      element = reduced<T>(reduction, element, updates.data<T>()[first + j]);
    }
  });
}

}  // namespace

std::vector<Tensor> gather(const KernelCall& call) {
  const Tensor& data = input(call, 0);
  const AxisSpan span = span_of(data.shape, attributes<GatherAttributes>(call.node).axis);
  const std::int64_t count = input(call, 1).size();
  Tensor result(data.dtype, output_value(call).shape);
  for (std::int64_t block = 0; block < span.outer; ++block) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t from = (block * span.count + index_at(call, i, span.count)) * span.inner;
      copy_elements(data, from, result, (block * count + i) * span.inner, span.inner);
    }
  }
  return {std::move(result)};
}

std::vector<Tensor> gather_elements(const KernelCall& call) {
  const Tensor& data = input(call, 0);
  Tensor result(data.dtype, output_value(call).shape);
  for_each_element(call, attributes<GatherAttributes>(call.node).axis,
                   [&](std::int64_t i, std::int64_t from) { copy_elements(data, from, result, i, 1); });
  return {std::move(result)};
}

std::vector<Tensor> gathernd(const KernelCall& call) {
  const Tensor& data = input(call, 0);
  const Tensor& indices = input(call, 1);
  const std::int64_t batch_dims = attributes<GatherNdAttributes>(call.node).batch_dims;
  const std::int64_t batches = element_count(Shape(data.shape.begin(), data.shape.begin() + batch_dims));
  const std::int64_t entries = indices.size() / indices.shape.back();
  const std::int64_t size = entry_size(call, batch_dims);
  Tensor result(data.dtype, output_value(call).shape);
  for (std::int64_t entry = 0; entry < entries; ++entry) {
    const std::int64_t batch = entry / (entries / batches);
    const std::int64_t from = batch * (data.size() / batches) + entry_offset(call, entry, batch_dims);
    copy_elements(data, from, result, entry * size, size);
  }
  return {std::move(result)};
}

std::vector<Tensor> scatternd(const KernelCall& call) {
  Tensor result = input(call, 0);
  const std::int64_t size = entry_size(call, 0);
  const std::int64_t entries = input(call, 1).size() / input(call, 1).shape.back();
  for (std::int64_t entry = 0; entry < entries; ++entry)
    scatter(call, result, entry_offset(call, entry, 0), entry * size, size);
  return {std::move(result)};
}

std::vector<Tensor> scatter_elements(const KernelCall& call) {
  Tensor result = input(call, 0);
  for_each_element(call, attributes<ScatterAttributes>(call.node).axis,
                   [&](std::int64_t i, std::int64_t to) { scatter(call, result, to, i, 1); });
  return {std::move(result)};
}

// Off everywhere, on at the index along the new axis; an index outside of it leaves the row off. The indices
// may be floats.
std::vector<Tensor> one_hot(const KernelCall& call) {
  const Tensor& indices = input(call, 0);
  const Tensor& values = input(call, 1);
  Tensor result(values.dtype, output_value(call).shape);
  const AxisSpan span = span_of(result.shape, attributes<OneHotAttributes>(call.node).axis);
  for (std::int64_t i = 0; i < result.size(); ++i) copy_elements(values, 0, result, i, 1);
  std::int64_t row = 0;
  for_each_row(span, [&](std::int64_t first) {
    const double named = element(indices, row++);
    const double index = named < 0 ? named + static_cast<double>(span.count) : named;
    if (!(index >= 0 && index < static_cast<double>(span.count))) return;
    copy_elements(values, 1, result, first + static_cast<std::int64_t>(index) * span.inner, 1);
  });
  return {std::move(result)};
}

}  // namespace trireme::kernels
