// SPDX-License-Identifier: Apache-2.0
// A convolution of stride s as one of stride 1 over s*s times the channels (hardware.md §2.6): pixel n*s +
// phase of a channel becomes pixel n of the channel's map `phase`. No result is computed that the stride
// skips.
#pragma once

#include "compiler/plan/phases.h"
#include "tensor/tensor.h"

namespace trireme {

// Codes of `tensor` [out][in][rows][columns] as [out][in, row phase, column phase][rows][columns]; `zero`
// where a phase has no tap.
Tensor phase_kernels(const Tensor& tensor, const PhaseAxes& axes, std::int32_t zero);

}  // namespace trireme
