// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/views.h"

#include <algorithm>
#include <cmath>

namespace trireme {

namespace {

// The longest row that divides the run evenly, so that the view stays packed.
std::int64_t largest_divisor(std::int64_t n, std::int64_t limit) {
  std::int64_t best = 1;
  for (std::int64_t low = 1; low <= n / low; ++low) {
    if (n % low != 0) continue;
    if (low <= limit) best = std::max(best, low);
    if (n / low <= limit) best = std::max(best, n / low);
  }
  return best;
}

}  // namespace

float scale_of(const Quantization& quantization) {
  if (quantization.scheme == Quantization::Scheme::fixed_point) return std::ldexp(1.0F, -quantization.fl);
  return quantization.scale.front();
}

std::int32_t zero_point_of(const Quantization& quantization) {
  return quantization.zero_point.empty() ? 0 : quantization.zero_point.front();
}

CodeRange range_of_codes(DataType type) {
  const int bits = 8 * std::min(bytes_of(type), 2);
  const bool is_signed = type == DataType::int8 || type == DataType::int16;
  if (is_signed) return {-(1 << (bits - 1)), (1 << (bits - 1)) - 1};
  return {0, (1 << bits) - 1};
}

TensorView packed_view(std::int64_t channels, std::int64_t height, std::int64_t width, const Value& value) {
  const DataType dtype = value.quantization.dtype;
  TensorView view{};
  view.width = static_cast<std::uint16_t>(width);
  view.height = static_cast<std::uint16_t>(height);
  view.channels = static_cast<std::uint32_t>(channels);
  view.row_stride = static_cast<std::uint32_t>(width * bytes_of(dtype));
  view.plane_stride = static_cast<std::uint32_t>(height) * view.row_stride;
  view.dtype = static_cast<std::uint8_t>(dtype);
  view.zero_point = static_cast<std::int16_t>(zero_point_of(value.quantization));
  return view;
}

TensorView run_view(const Value& value) {
  const std::int64_t count = element_count(value.shape);
  const std::int64_t width = largest_divisor(count, kMaxImageSize);
  const std::int64_t height = largest_divisor(count / width, kMaxImageSize);
  const std::int64_t channels = count / width / height;
  if (channels > kMaxChannels) {
    throw Error(
        "", "value '" + value.name + "' of shape " + to_string(value.shape) + " fits no engine's size fields",
        "at most 8191 columns, 8191 rows, 16383 channels");
  }
  return packed_view(channels, height, width, value);
}

TensorView view_of(const Value& value) {
  const Shape& shape = value.shape;
  const bool planes = shape.size() == 4 && shape[0] == 1 && shape[1] <= kMaxChannels &&
                      shape[2] <= kMaxImageSize && shape[3] <= kMaxImageSize;
  return planes ? packed_view(shape[1], shape[2], shape[3], value) : run_view(value);
}

std::int64_t elements(const TensorView& view) {
  return std::int64_t{view.width} * view.height * view.channels;
}

std::int64_t bytes_spanned(const TensorView& view) {
  if (elements(view) == 0) return 0;
  const std::int64_t element = bytes_of(static_cast<DataType>(view.dtype));
  return (std::int64_t{view.channels} - 1) * view.plane_stride +
         (std::int64_t{view.height} - 1) * view.row_stride + view.width * element;
}

}  // namespace trireme
