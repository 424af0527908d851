// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/space_to_depth.h"

#include <algorithm>
#include <cstring>

namespace trireme {

namespace {
std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}
}  // namespace

std::int64_t PhaseAxis::tap(std::int64_t phase, std::int64_t i) const {
  const std::int64_t distance = (first + i) * stride + phase + pad;
  const bool there = distance >= 0 && distance % dilation == 0 && distance / dilation < taps;
  return there ? distance / dilation : -1;
}

PhaseAxis phase_axis(std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t taps) {
  const std::int64_t first = floor_div(-pad, stride);
  const std::int64_t last = std::max(floor_div((taps - 1) * dilation - pad, stride), first);
  return {stride, dilation, pad, taps, first, last - first + 1};
}

PhaseAxes phase_axes(const Window& window) {
  return {phase_axis(window.stride_h, window.dilation_h, window.pad_top, window.kernel_h),
          phase_axis(window.stride_w, window.dilation_w, window.pad_left, window.kernel_w)};
}

Tensor phase_kernels(const Tensor& tensor, const PhaseAxes& axes, std::int32_t zero) {
  const auto bytes = static_cast<std::size_t>(bytes_of(tensor.dtype));
  const std::int64_t plane = axes.rows.taps * axes.columns.taps;
  Tensor kernels(tensor.dtype,
                 {tensor.shape[0], tensor.shape[1] * axes.count(), axes.rows.kernel, axes.columns.kernel});
  std::uint8_t* to = kernels.bytes.data();
  const auto weight = [&](std::int64_t first, std::int64_t row, std::int64_t column) {
    const bool none = row < 0 || column < 0;
    const auto at = static_cast<std::size_t>(first + row * axes.columns.taps + column);
    if (none) {
      std::memcpy(to, &zero, bytes);  // little-endian: the low bytes
    } else {
      std::memcpy(to, tensor.bytes.data() + at * bytes, bytes);
    }
    to += bytes;
  };
  for (std::int64_t channel = 0; channel < tensor.shape[0] * tensor.shape[1]; ++channel) {
    for (std::int64_t phase = 0; phase < axes.count(); ++phase) {
      for (std::int64_t y = 0; y < axes.rows.kernel; ++y) {
        for (std::int64_t x = 0; x < axes.columns.kernel; ++x) {
          weight(channel * plane, axes.rows.tap(phase / axes.columns.stride, y),
                 axes.columns.tap(phase % axes.columns.stride, x));
        }
      }
    }
  }
  return kernels;
}

}  // namespace trireme
