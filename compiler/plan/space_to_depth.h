// SPDX-License-Identifier: Apache-2.0
// A convolution of stride s as one of stride 1 over s*s times the channels (hardware.md §2.6): pixel n*s +
// phase of a channel becomes pixel n of the channel's map `phase`. No result is computed that the stride
// skips.
#pragma once

#include "model/graph/attributes.h"
#include "tensor/tensor.h"

namespace trireme {

// Along one axis: result y reads input y*stride - pad + tap*dilation, which is pixel y + first + i of a
// phase.
struct PhaseAxis {
  std::int64_t stride, dilation, pad, taps;  // of the strided convolution
  std::int64_t first;                        // at most 0: the pad in front
  std::int64_t kernel;                       // pixels that any phase needs

  // The tap that meets pixel i of the phase, or -1.
  std::int64_t tap(std::int64_t phase, std::int64_t i) const;
};

struct PhaseAxes {
  PhaseAxis rows, columns;
  std::int64_t count() const { return rows.stride * columns.stride; }
};
PhaseAxis phase_axis(std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t taps);
PhaseAxes phase_axes(const Window& window);

// Codes of `tensor` [out][in][rows][columns] as [out][in, row phase, column phase][rows][columns]; `zero`
// where a phase has no tap.
Tensor phase_kernels(const Tensor& tensor, const PhaseAxes& axes, std::int32_t zero);

}  // namespace trireme
