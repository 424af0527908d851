// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/space_to_depth.h"

#include <cstring>

namespace trireme {

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
