// SPDX-License-Identifier: Apache-2.0
// A transposed convolution of stride s as one convolution of stride 1 that computes s*s maps, one a phase of
// the output's pixels, which then interleave: output pixel n*s + phase lies in map `phase` at n. No
// multiplication meets an inserted zero.
#pragma once

#include "model/graph/attributes.h"
#include "tensor/tensor.h"

namespace trireme {

// Along one axis. Map `phase` at n is the sum over i of input[n + first + i] times tap(phase, i).
struct SubpixelAxis {
  std::int64_t stride, dilation, pad, taps;  // of the transposed convolution
  std::int64_t first;                        // at most 0: the pad in front
  std::int64_t kernel;                       // elements that any phase needs

  // The tap of the transposed convolution's kernel, or -1 where the phase has none.
  std::int64_t tap(std::int64_t phase, std::int64_t i) const;
};

SubpixelAxis subpixel_axis(std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t taps);
SubpixelAxis subpixel_rows(const Window& window);
SubpixelAxis subpixel_columns(const Window& window);

// The kernels of that convolution, codes of `tensor` [in][out of a group][rows][columns] as
// [out, row phase, column phase][in of a group][rows][columns]; `zero` where a phase has no tap.
Tensor subpixel_kernels(const Tensor& tensor, const DeconvolutionAttributes& deconvolution,
                        std::int32_t zero);

}  // namespace trireme
