// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/subpixel.h"

#include <cstring>

namespace trireme {

Tensor subpixel_kernels(const Tensor& tensor, const DeconvolutionAttributes& deconvolution,
                        std::int32_t zero) {
  const PhaseAxes axes = transposed_phase_axes(deconvolution.window);
  const PhaseAxis &rows = axes.rows, &columns = axes.columns;
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
