// SPDX-License-Identifier: Apache-2.0
#include "model/reference/kernels/unfold.h"

#include <algorithm>

namespace trireme {

ConvolutionShape convolution_shape(const KernelCall& call) {
  const auto& attr = attributes<ConvolutionAttributes>(call.node);
  const Shape& in = input(call, 0).shape;
  const Shape& weight = input(call, 1).shape;
  const Shape& out = output_value(call).shape;
  if (in.size() != 4 || weight.size() != 4 || out.size() != 4)
    internal_error("convolution: not four dimensions");
  ConvolutionShape shape{in[0], in[1], in[2], in[3], out[1], out[2], out[3], attr.groups, attr.window};
  const bool consistent = attr.groups > 0 && in[1] % attr.groups == 0 && out[1] % attr.groups == 0 &&
                          weight[0] == out[1] && weight[1] == shape.group_in() &&
                          weight[2] == attr.window.kernel_h && weight[3] == attr.window.kernel_w &&
                          out[0] == in[0];
  if (!consistent) internal_error(place_of(call.node) + " has shapes that do not fit together");
  return shape;
}

std::int64_t tile_pixels(const ConvolutionShape& shape) {
  constexpr std::int64_t floats = std::int64_t{1} << 21;
  return std::clamp<std::int64_t>(floats / std::max<std::int64_t>(shape.depth(), 1), 1, shape.out_pixels());
}

template <typename Real>
void unfold(const ConvolutionShape& shape, const Real* planes, std::int64_t first, std::int64_t pixels,
            Real padding, std::vector<Real>& columns) {
  const Window& w = shape.window;
  columns.resize(static_cast<std::size_t>(shape.depth() * pixels));
  Real* column = columns.data();
  for (std::int64_t c = 0; c < shape.group_in(); ++c) {
    const Real* plane = planes + c * shape.in_pixels();
    for (std::int64_t tap = 0; tap < w.kernel_h * w.kernel_w; ++tap) {
      const std::int64_t offset_y = tap / w.kernel_w * w.dilation_h - w.pad_top;
      const std::int64_t offset_x = tap % w.kernel_w * w.dilation_w - w.pad_left;
      std::int64_t oy = first / shape.out_w;
      std::int64_t ox = first % shape.out_w;
      for (std::int64_t p = 0; p < pixels; ++p) {
        const std::int64_t y = oy * w.stride_h + offset_y;
        const std::int64_t x = ox * w.stride_w + offset_x;
        const bool inside = y >= 0 && y < shape.in_h && x >= 0 && x < shape.in_w;
        *column++ = inside ? plane[y * shape.in_w + x] : padding;
        if (++ox == shape.out_w) {
          ox = 0;
          ++oy;
        }
      }
    }
  }
}

template void unfold(const ConvolutionShape&, const float*, std::int64_t, std::int64_t, float,
                     std::vector<float>&);
template void unfold(const ConvolutionShape&, const double*, std::int64_t, std::int64_t, double,
                     std::vector<double>&);

}  // namespace trireme
