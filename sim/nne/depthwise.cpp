// SPDX-License-Identifier: Apache-2.0
#include "sim/nne/depthwise.h"

#include "sim/arithmetic/every_cpu.h"

namespace trireme {

namespace {

struct Tap {
  const std::int32_t* row;
  std::int32_t weight;
};

TRIREME_FOR_EVERY_CPU void add_taps(const Tap* taps, std::size_t count, std::int64_t width,
                                    std::int32_t* sums) {
  for (std::int64_t x = 0; x < width; ++x) sums[x] = 0;
  for (std::size_t t = 0; t < count; ++t) {
    const std::int32_t* row = taps[t].row;
    const auto weight = static_cast<std::uint32_t>(taps[t].weight);
    for (std::int64_t x = 0; x < width; ++x) {
      sums[x] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[x]) +
                                          weight * static_cast<std::uint32_t>(row[x]));
    }
  }
}

}  // namespace

PaddedPlane::PaddedPlane(const NneJob& job, const ConvolutionShape& s)
    : job_(job),
      shape_(s),
      width_((s.out_w - 1) * job.stride_w + (job.kernel_w - 1) * job.dilation_w + 1),
      height_((s.out_h - 1) * job.stride_h + (job.kernel_h - 1) * job.dilation_h + 1),
      phase_width_((width_ + job.stride_w - 1) / job.stride_w),
      rows_(static_cast<std::size_t>(height_ * job.stride_w * phase_width_)) {}

void PaddedPlane::fill(const std::int32_t* distances) {
  const std::int64_t stride = job_.stride_w;
  const Inside rows = inside(height_, 1, -job_.pad_top, shape_.in_h);
  const Inside columns = inside(width_, 1, -job_.pad_left, shape_.in_w);
  for (std::int64_t y = rows.first; y < rows.last; ++y) {
    const std::int32_t* source = distances + (y - job_.pad_top) * shape_.in_w - job_.pad_left;
    std::int32_t* target = rows_.data() + y * stride * phase_width_;
    if (stride == 1) {
      std::copy(source + columns.first, source + columns.last, target + columns.first);
      continue;
    }
    for (std::int64_t phase = 0; phase < stride; ++phase) {
      const std::int64_t first = (columns.first - phase + stride - 1) / stride;
      for (std::int64_t i = std::max<std::int64_t>(first, 0); i * stride + phase < columns.last; ++i) {
        target[phase * phase_width_ + i] = source[i * stride + phase];
      }
    }
  }
}

void PaddedPlane::convolve(const std::int32_t* weights, std::int32_t* sums) const {
  std::vector<Tap> taps(static_cast<std::size_t>(shape_.terms));
  for (std::int64_t y = 0; y < shape_.out_h; ++y) {
    std::size_t tap = 0;
    for (std::int64_t ky = 0; ky < job_.kernel_h; ++ky) {
      const std::int64_t first = (y * job_.stride_h + ky * job_.dilation_h) * job_.stride_w * phase_width_;
      for (std::int64_t kx = 0; kx < job_.kernel_w; ++kx, ++tap) {
        const std::int64_t column = kx * job_.dilation_w;
        taps[tap] = {rows_.data() + first + column % job_.stride_w * phase_width_ + column / job_.stride_w,
                     weights[tap]};
      }
    }
    add_taps(taps.data(), taps.size(), shape_.out_w, sums + y * shape_.out_w);
  }
}

}  // namespace trireme
