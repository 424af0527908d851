// SPDX-License-Identifier: Apache-2.0
// Operators that cut, repeat, pad and interleave data: any type, bit for bit.
#include <algorithm>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"
#include "model/reference/kernels/strided.h"

namespace trireme::kernels {

namespace {

// The number that constant padding writes, as the data is stored.
Tensor padding_element(const KernelCall& call, DataType stored) {
  const double value = attributes<PadAttributes>(call.node).value;
  const Quantization& q = output_value(call).quantization;
  if (q.quantized() && q.dtype == stored && call.options.quantized)
    return quantize(Tensor::of<float>({}, {static_cast<float>(value)}), q);
  return convert(Tensor::of<double>({}, {value}), stored);
}

// Input index of every output index along an axis; -1 where constant padding is. Negative pads crop first:
// the other modes repeat what is left, as ONNX Runtime does.
std::vector<std::int64_t> padded_indices(PadAttributes::Mode mode, std::int64_t before, std::int64_t after,
                                         std::int64_t size) {
  using Mode = PadAttributes::Mode;
  const std::int64_t first = std::max<std::int64_t>(0, -before);
  const std::int64_t dim = size - first - std::max<std::int64_t>(0, -after);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = -std::max<std::int64_t>(0, before); i < dim + std::max<std::int64_t>(0, after); ++i) {
    std::int64_t at = i;
    const bool outside = at < 0 || at >= dim;
    if (outside && mode == Mode::edge) at = at < 0 ? 0 : dim - 1;
    if (outside && mode == Mode::reflect) at = at < 0 ? -at : 2 * (dim - 1) - at;
    if (outside && mode == Mode::wrap) at = (at % dim + dim) % dim;
    indices.push_back(outside && mode == Mode::constant ? -1 : first + at);
  }
  return indices;
}

}  // namespace

std::vector<Tensor> split(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<SplitAttributes>(call.node);
  const Shape strides = row_major_strides(in.shape);
  const auto axis = static_cast<std::size_t>(a.axis);
  std::vector<Tensor> parts;
  std::int64_t first = 0;
  for (const std::int64_t size : a.sizes) {
    Shape shape = in.shape;
    shape.at(axis) = size;
    parts.push_back(strided_copy(in, shape, strides, first * strides[axis]));
    first += size;
  }
  return parts;
}

std::vector<Tensor> slice(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<SliceAttributes>(call.node);
  Shape strides = row_major_strides(in.shape);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    first += a.begin[i] * strides[i];
    strides[i] *= a.step[i];
  }
  return {strided_copy(in, a.size, strides, first)};
}

// Axis by axis the offset of every output index is looked up; an index in the padding reads nothing.
std::vector<Tensor> pad(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<PadAttributes>(call.node);
  const Shape& out = output_value(call).shape;
  const Shape in_strides = row_major_strides(in.shape), out_strides = row_major_strides(out);
  std::vector<std::vector<std::int64_t>> indices;
  for (std::size_t i = 0; i < out.size(); ++i)
    indices.push_back(padded_indices(a.mode, a.before[i], a.after[i], in.shape[i]));
  const Tensor fill = padding_element(call, in.dtype);
  const auto width = static_cast<std::size_t>(bytes_of(in.dtype));
  Tensor result(in.dtype, out);
  for (std::int64_t i = 0; i < result.size(); ++i) {
    std::int64_t from = 0;
    for (std::size_t axis = 0; axis < out.size() && from >= 0; ++axis) {
      const std::int64_t at = indices[axis][static_cast<std::size_t>(i / out_strides[axis] % out[axis])];
      from = at < 0 ? -1 : from + at * in_strides[axis];
    }
    const std::uint8_t* source =
        from < 0 ? fill.bytes.data() : &in.bytes[static_cast<std::size_t>(from) * width];
    std::memcpy(&result.bytes[static_cast<std::size_t>(i) * width], source, width);
  }
  return {std::move(result)};
}

std::vector<Tensor> expand(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const Shape& out = attributes<ExpandAttributes>(call.node).shape;
  return {strided_copy(in, out, repeated_strides(in.shape, out), 0)};
}

// Every axis as two: the repetitions, which do not move in the input, and the axis itself.
std::vector<Tensor> tile(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& repeats = attributes<TileAttributes>(call.node).repeats;
  const Shape own = row_major_strides(in.shape);
  Shape shape, strides;
  for (std::size_t i = 0; i < own.size(); ++i) {
    shape.insert(shape.end(), {repeats[i], in.shape[i]});
    strides.insert(strides.end(), {0, own[i]});
  }
  Tensor result = strided_copy(in, shape, strides, 0);
  result.shape = output_value(call).shape;
  return {std::move(result)};
}

// [n,c,h,w] -> [n,c',h,by,w,bx]: channel (by * block_w + bx) * c' + c', or, CRD, c' * area + by * block_w +
// bx.
std::vector<Tensor> depth2space(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<BlockAttributes>(call.node);
  const Shape& out = output_value(call).shape;
  const Shape s = row_major_strides(in.shape);
  const std::int64_t by = s[1] * a.block_w * (a.column_row_depth ? 1 : out[1]);
  const std::int64_t bx = s[1] * (a.column_row_depth ? 1 : out[1]);
  const std::int64_t c = s[1] * (a.column_row_depth ? a.block_h * a.block_w : 1);
  Tensor result = strided_copy(in, {in.shape[0], out[1], in.shape[2], a.block_h, in.shape[3], a.block_w},
                               {s[0], c, s[2], by, s[3], bx}, 0);
  result.shape = out;
  return {std::move(result)};
}

// [n,c,h,w] -> [n,by,bx,c,h',w']: the inverse of depth2space, DCR or, column_row_depth, CRD.
std::vector<Tensor> space2depth(const KernelCall& call) {
  const Tensor& in = input(call, 0);
  const auto& a = attributes<BlockAttributes>(call.node);
  const Shape& out = output_value(call).shape;
  const Shape s = row_major_strides(in.shape);
  const std::int64_t down = s[2] * a.block_h, right = s[3] * a.block_w;
  Tensor result = a.column_row_depth
                      ? strided_copy(in, {out[0], in.shape[1], a.block_h, a.block_w, out[2], out[3]},
                                     {s[0], s[1], s[2], s[3], down, right}, 0)
                      : strided_copy(in, {out[0], a.block_h, a.block_w, in.shape[1], out[2], out[3]},
                                     {s[0], s[2], s[3], s[1], down, right}, 0);
  result.shape = out;
  return {std::move(result)};
}

}  // namespace trireme::kernels
