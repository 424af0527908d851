// SPDX-License-Identifier: Apache-2.0
// Inside sim/nne only: convolutions of one plane, whose dot products are too short for a matrix product.
#pragma once

#include <vector>

#include "sim/nne/convolution_shape.h"

namespace trireme {

// The input plane with its pads, as distances from the zero point, columns sorted by their remainder modulo
// the stride: what one tap multiplies for a row of outputs then lies side by side.
class PaddedPlane {
 public:
  PaddedPlane(const NneJob& job, const ConvolutionShape& s);
  void fill(const std::int32_t* distances);  // in_h rows of in_w
  // sums[y][x] = sum over ky, kx of weights[ky][kx] times the tap, modulo 2^32.
  void convolve(const std::int32_t* weights, std::int32_t* sums) const;

 private:
  const NneJob& job_;
  const ConvolutionShape& shape_;
  std::int64_t width_, height_;     // with pads
  std::int64_t phase_width_;        // columns with one remainder
  std::vector<std::int32_t> rows_;  // [row][remainder][column / stride]
};

}  // namespace trireme
