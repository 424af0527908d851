// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/phases.h"

#include <algorithm>

namespace trireme {

namespace {

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value >= 0 ? value / by : -((-value + by - 1) / by);
}

// Result y reads pixel y * stride - pad + tap * dilation.
PhaseAxis axis_of(std::int64_t stride, std::int64_t dilation, std::int64_t pad, std::int64_t taps) {
  const std::int64_t first = floor_div(-pad, stride);
  const std::int64_t last = std::max(floor_div((taps - 1) * dilation - pad, stride), first);
  return {stride, dilation, pad, taps, false, first, last - first + 1};
}

// Pixel y reaches result y * stride - pad + tap * dilation, that is n * stride + phase: y - n goes from the
// largest tap at the first phase to tap 0 at the last one; both divisions round down.
PhaseAxis transposed_axis_of(std::int64_t stride, std::int64_t dilation, std::int64_t pad,
                             std::int64_t taps) {
  const std::int64_t before = (taps - 1) * dilation - pad;
  const std::int64_t first = -(std::max<std::int64_t>(before, 0) / stride);
  const std::int64_t last = (stride - 1 + pad) / stride;
  return {stride, dilation, pad, taps, true, first, std::max<std::int64_t>(last - first + 1, 1)};
}

}  // namespace

std::int64_t PhaseAxis::tap(std::int64_t phase, std::int64_t i) const {
  const std::int64_t away = (first + i) * stride;
  const std::int64_t distance = phase + pad + (transposed ? -away : away);
  const bool there = distance >= 0 && distance % dilation == 0 && distance / dilation < taps;
  return there ? distance / dilation : -1;
}

PhaseAxes phase_axes(const Window& w) {
  return {axis_of(w.stride_h, w.dilation_h, w.pad_top, w.kernel_h),
          axis_of(w.stride_w, w.dilation_w, w.pad_left, w.kernel_w)};
}

PhaseAxes transposed_phase_axes(const Window& w) {
  return {transposed_axis_of(w.stride_h, w.dilation_h, w.pad_top, w.kernel_h),
          transposed_axis_of(w.stride_w, w.dilation_w, w.pad_left, w.kernel_w)};
}

std::vector<PhaseRounds> rounds_of(std::int64_t pixels, std::int64_t stride) {
  std::vector<PhaseRounds> rounds;
  if (pixels / stride > 0) rounds.push_back({0, pixels / stride, stride});
  if (pixels % stride > 0) rounds.push_back({pixels / stride, 1, pixels % stride});
  return rounds;
}

}  // namespace trireme
