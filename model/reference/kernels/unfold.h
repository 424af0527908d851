// SPDX-License-Identifier: Apache-2.0
// A convolution as a matrix product: the window of every output pixel becomes a column ("im2col").
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/attributes.h"
#include "model/reference/kernels.h"

namespace trireme {

struct ConvolutionShape {
  std::int64_t batch, in_channels, in_h, in_w, out_channels, out_h, out_w, groups;
  Window window;

  std::int64_t group_in() const { return in_channels / groups; }
  std::int64_t group_out() const { return out_channels / groups; }
  std::int64_t depth() const {
    return group_in() * window.kernel_h * window.kernel_w;
  }  // terms of one output
  std::int64_t in_pixels() const { return in_h * in_w; }
  std::int64_t out_pixels() const { return out_h * out_w; }
};

ConvolutionShape convolution_shape(const KernelCall& call);

// Pixels that are unfolded at a time, so that a tile of columns takes about 8 MiB whatever the layer.
std::int64_t tile_pixels(const ConvolutionShape& shape);

// columns[depth][pixels] of output pixels first … first + pixels of one group, whose planes begin at
// `planes`. Real: float or double.
template <typename Real>
void unfold(const ConvolutionShape& shape, const Real* planes, std::int64_t first, std::int64_t pixels,
            Real padding, std::vector<Real>& columns);

}  // namespace trireme
