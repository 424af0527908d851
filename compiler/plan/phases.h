// SPDX-License-Identifier: Apache-2.0
// Pixels by phase: pixel n * stride + phase of an axis is pixel n of the phase's map. A convolution of stride
// s runs at stride 1 over the phases of its input, a transposed one gives the phases of its output.
#pragma once

#include <vector>

#include "model/graph/attributes.h"

namespace trireme {

// Along one axis: pixel n of a result is the sum over i of pixel n + first + i, times tap(phase, i), which is
// the tap at phase + pad + (first + i) * stride (of a transposed convolution: minus) over the dilation.
struct PhaseAxis {
  std::int64_t stride, dilation, pad, taps;  // of the strided convolution
  bool transposed;
  std::int64_t first;   // at most 0: the pad in front
  std::int64_t kernel;  // pixels that any phase needs

  // The tap that meets pixel i, or -1 where the phase has none.
  std::int64_t tap(std::int64_t phase, std::int64_t i) const;
};

struct PhaseAxes {
  PhaseAxis rows, columns;
  std::int64_t count() const { return rows.stride * columns.stride; }
};
PhaseAxes phase_axes(const Window& window);             // of the input of a convolution
PhaseAxes transposed_phase_axes(const Window& window);  // of the output of a transposed one

// The pixels of an axis: whole rounds of the phases, and the part of a round at the end.
struct PhaseRounds {
  std::int64_t first, count, phases;
};
std::vector<PhaseRounds> rounds_of(std::int64_t pixels, std::int64_t stride);

}  // namespace trireme
