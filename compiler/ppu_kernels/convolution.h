// SPDX-License-Identifier: Apache-2.0
// Inside ppu_kernels only: what all convolutions share, the walk over the taps of a kernel.
#pragma once

#include "compiler/ppu_kernels/operand.h"
#include "model/graph/attributes.h"

namespace trireme {

// An axis of the walk over taps: tap i of output o reads input (o * out_step + first + i * tap_step) /
// divisor, if that is an integer inside.
struct TapAxis {
  std::int64_t out_step, first, tap_step, divisor, taps, input;
};

struct TapAxes {
  TapAxis y, x;
};

TapAxes taps_of_convolution(const Window& window, const Shape& in);
// Seen from the output: input y meets output y * stride - pad + tap * dilation, so output o is met by the
// input (o + pad - tap * dilation) / stride where that is an integer.
TapAxes taps_of_deconvolution(const Window& window, const Shape& in);

// The input's coordinate, and in the predicate whether it is one; `also`: and what it was.
Reg coordinate(PpuBuilder& b, const TapAxis& axis, const Reg& at, bool tested, bool also);

// Input `index`, the zero point of an integer operator: one number, or one a `channel`; 0 if it is left out.
Reg load_zero_point(PpuBuilder& b, const Graph& graph, const Node& node, std::size_t index,
                    const Reg& channel);

// Kernels for weights that are not known when compiling, with a lane an output; and of ConvInteger.
std::optional<PpuKernel> direct_convolution(const Graph& graph, const Node& node, const Chip& chip);
std::optional<PpuKernel> direct_deconvolution(const Graph& graph, const Node& node, const Chip& chip);
std::optional<PpuKernel> convolution_integer(const Graph& graph, const Node& node, const Chip& chip);

}  // namespace trireme
