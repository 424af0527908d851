// SPDX-License-Identifier: Apache-2.0
// Inside sim/nne only: convolutions of one plane, whose dot products are too short for a matrix product.
#pragma once

#include <vector>

#include "sim/nne/convolution_shape.h"

namespace trireme {

// The input plane with its pads, as distances from the zero point, rows and columns sorted by their remainder
// modulo the stride: what one tap multiplies for the whole map then lies side by side, rows `pitch` apart.
class PaddedPlane {
 public:
  PaddedPlane(const NneJob& job, const ConvolutionShape& s);
  // in_h rows of in_w codes.
  template <typename Code>
  void fill(const Code* codes, std::int32_t zero_point);
  // sums[y * pitch + x] = sum over ky, kx of weights[ky][kx] times the tap, modulo 2^32; what lies between
  // the rows has no meaning.
  void convolve(const std::int32_t* weights, std::int32_t* sums) const;
  std::int64_t pitch() const { return phase_width_; }
  std::int64_t count() const { return (shape_.out_h - 1) * phase_width_ + shape_.out_w; }  // of sums

 private:
  std::int64_t place(std::int64_t row, std::int64_t column) const;

  const NneJob& job_;
  const ConvolutionShape& shape_;
  std::int64_t width_, height_;              // with pads
  std::int64_t phase_width_, phase_height_;  // columns, rows with one remainder
  std::vector<std::int32_t> plane_;  // [row remainder][column remainder][row / stride][column / stride]
};

}  // namespace trireme
