// SPDX-License-Identifier: Apache-2.0
#include "compiler/tile/pointwise.h"

#include <algorithm>

#include "compiler/plan/views.h"
#include "timing/nne.h"

namespace trireme {

namespace {

bool has_packed_rows(const TensorView& view) {
  return std::int64_t{view.row_stride} == view.width * bytes_of(static_cast<DataType>(view.dtype));
}

// §3.1, of a tile of the whole width and height.
std::int64_t row_groups(const Chip& chip, std::int64_t width, std::int64_t height) {
  const int interleave = interleave_of(chip, 1, static_cast<int>(width));
  return ceil_div(height, interleave) * ceil_div(width, chip.nne.mads_per_core / interleave);
}

void set_width(TensorView& view, std::int64_t width) {
  view.height = static_cast<std::uint16_t>(std::int64_t{view.width} * view.height / width);
  view.width = static_cast<std::uint16_t>(width);
  view.row_stride = static_cast<std::uint32_t>(width * bytes_of(static_cast<DataType>(view.dtype)));
}

}  // namespace

bool is_pointwise(const NneJob& job) {
  return (is(job, NneOperation::convolution) || is(job, NneOperation::depthwise)) && job.kernel_w == 1 &&
         job.kernel_h == 1 && job.stride_w == 1 && job.stride_h == 1 && job.pad_left == 0 &&
         job.pad_top == 0 && job.pool_type == 0 && job.input.width == job.output.width &&
         job.input.height == job.output.height && has_packed_rows(job.input) && has_packed_rows(job.output);
}

int pointwise_width(const NneJob& job, const Chip& chip) {
  if (!chip.compiler.pointwise_packing || !is_pointwise(job)) return job.conv_width;
  const std::int64_t pixels = std::int64_t{job.conv_width} * job.conv_height;
  std::int64_t best = job.conv_width, fewest = row_groups(chip, best, job.conv_height);
  for (std::int64_t width = std::min<std::int64_t>(chip.nne.max_tile_width, pixels); width > 0; --width) {
    if (pixels % width != 0 || pixels / width > kMaxImageSize) continue;
    const std::int64_t groups = row_groups(chip, width, pixels / width);
    if (groups >= fewest) continue;
    best = width;
    fewest = groups;
  }
  return static_cast<int>(best);
}

void set_width(NneJob& job, int width) {
  set_width(job.input, width);
  set_width(job.output, width);
  job.conv_width = job.output.width;
  job.conv_height = job.output.height;
}

}  // namespace trireme
