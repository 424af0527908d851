// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/strided.h"

namespace trireme {
namespace {

template <typename Bits>  // an unsigned integer as wide as the elements
void copy_bits(const Tensor& in, Tensor& out, const Shape& strides, std::int64_t first) {
  for_each_offset(out.shape, strides, first, [&](std::int64_t i, std::int64_t from) {
    std::memcpy(&out.bytes[static_cast<std::size_t>(i) * sizeof(Bits)],
                &in.bytes[static_cast<std::size_t>(from) * sizeof(Bits)], sizeof(Bits));
  });
}

}  // namespace

Tensor strided_copy(const Tensor& in, const Shape& shape, const Shape& strides, std::int64_t first) {
  Tensor out(in.dtype, shape);
  switch (bytes_of(in.dtype)) {
    case 1:
      copy_bits<std::uint8_t>(in, out, strides, first);
      break;
    case 2:
      copy_bits<std::uint16_t>(in, out, strides, first);
      break;
    case 4:
      copy_bits<std::uint32_t>(in, out, strides, first);
      break;
    default:
      copy_bits<std::uint64_t>(in, out, strides, first);
  }
  return out;
}

Shape repeated_strides(const Shape& in, const Shape& out) {
  const Shape own = row_major_strides(in);
  const std::size_t skipped = out.size() - in.size();
  Shape strides(out.size(), 0);
  for (std::size_t i = 0; i < in.size(); ++i) strides[i + skipped] = in[i] == 1 ? 0 : own[i];
  return strides;
}

AxisSpan span_of(const Shape& shape, std::int64_t axis) {
  if (axis < 0 || axis >= static_cast<std::int64_t>(shape.size())) internal_error("a row along no axis");
  return {element_count(Shape(shape.begin(), shape.begin() + axis)), shape[static_cast<std::size_t>(axis)],
          row_major_strides(shape)[static_cast<std::size_t>(axis)]};
}

}  // namespace trireme
