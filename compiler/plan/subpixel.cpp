// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/subpixel.h"

#include <algorithm>
#include <cstring>

namespace trireme {

// Input y reaches output y * stride - pad + t * dilation. With output n * stride + phase:
// t * dilation = phase + pad - (y - n) * stride.
std::int64_t SubpixelAxis::tap(std::int64_t phase, std::int64_t i) const {
  const std::int64_t distance = phase + pad - (first + i) * stride;
  const bool there = distance >= 0 && distance % dilation == 0 && distance / dilation < taps;
  return there ? distance / dilation : -1;
}

// y - n from the largest tap at the first phase to tap 0 at the last one; both divisions round down.
SubpixelAxis subpixel_axis(std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t taps) {
  const std::int64_t before = (taps - 1) * dilation - pad;
  const std::int64_t first = -(std::max<std::int64_t>(before, 0) / stride);
  const std::int64_t last = (stride - 1 + pad) / stride;
  return {stride, dilation, pad, taps, first, std::max<std::int64_t>(last - first + 1, 1)};
}

SubpixelAxis subpixel_rows(const Window& window) {
  return subpixel_axis(window.stride_h, window.dilation_h, window.pad_top, window.kernel_h);
}

SubpixelAxis subpixel_columns(const Window& window) {
  return subpixel_axis(window.stride_w, window.dilation_w, window.pad_left, window.kernel_w);
}

Tensor subpixel_kernels(const Tensor& tensor, const DeconvolutionAttributes& deconvolution,
                        std::int32_t zero) {
  const SubpixelAxis rows = subpixel_rows(deconvolution.window);
  const SubpixelAxis columns = subpixel_columns(deconvolution.window);
  const std::int64_t groups = deconvolution.groups, in = tensor.shape[0] / groups, out = tensor.shape[1];
  const auto bytes = static_cast<std::size_t>(bytes_of(tensor.dtype));
  Tensor kernels(tensor.dtype,
                 {groups * out * rows.stride * columns.stride, in, rows.kernel, columns.kernel});
  std::uint8_t* to = kernels.bytes.data();
  const auto weight = [&](std::int64_t channel, std::int64_t i, std::int64_t row, std::int64_t column) {
    if (row < 0 || column < 0) return std::memcpy(to, &zero, bytes);  // little-endian: the low bytes
    const std::int64_t source = (channel / out * in + i) * out + channel % out;
    const auto at = static_cast<std::size_t>((source * rows.taps + row) * columns.taps + column);
    return std::memcpy(to, tensor.bytes.data() + at * bytes, bytes);
  };
  for (std::int64_t kernel = 0; kernel < kernels.shape[0]; ++kernel) {
    const std::int64_t phases = rows.stride * columns.stride, phase = kernel % phases;
    for (std::int64_t i = 0; i < in; ++i) {
      for (std::int64_t y = 0; y < rows.kernel; ++y) {
        for (std::int64_t x = 0; x < columns.kernel; ++x, to += bytes)
          weight(kernel / phases, i, rows.tap(phase / columns.stride, y),
                 columns.tap(phase % columns.stride, x));
      }
    }
  }
  return kernels;
}

}  // namespace trireme
