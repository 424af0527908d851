// SPDX-License-Identifier: Apache-2.0
// A transposed convolution of stride s as one convolution of stride 1 that computes s*s maps, one a phase of
// the output's pixels, which then interleave: output pixel n*s + phase lies in map `phase` at n. No
// multiplication meets an inserted zero.
#pragma once

#include "compiler/plan/phases.h"
#include "tensor/tensor.h"

namespace trireme {

// The kernels of that convolution, codes of `tensor` [in][out of a group][rows][columns] as
// [out, row phase, column phase][in of a group][rows][columns]; `zero` where a phase has no tap.
Tensor subpixel_kernels(const Tensor& tensor, const DeconvolutionAttributes& deconvolution,
                        std::int32_t zero);

}  // namespace trireme
